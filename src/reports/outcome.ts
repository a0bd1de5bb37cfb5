import type { Kind } from '../attacks/kind.ts';
import type { Comparison } from '../evaluation/comparison.ts';
import type { Metrics } from '../evaluation/metrics.ts';
import type { ExpectedMetric } from '../evaluation/plan.ts';
import type { Round } from '../evaluation/round.ts';
import type { Norm } from '../geometry/norms.ts';
import { formatDistance, formatEpsilon, formatNorm, formatPercent } from './format.ts';
import type { TestReport } from './report.ts';

/** Display names of the metrics. */
export const metricTitles = {
  cleanAccuracy: 'clean accuracy',
  robustAccuracy: 'robust accuracy',
  successRate: 'attack success rate',
  medianDistance: 'median distance',
} as const;

/** Whom a test has beside model and attack. */
type Beside = Pick<TestReport, 'detector' | 'purifier' | 'surrogates'>;

/** What turns an undecided image into a decided one. */
const advice =
  'On undecided images the attack had nothing to follow: attack them with another loss, without gradients, or by predictions alone.';

/**
 * One sentence about a test: the expectations that were missed, or those that are undecided, or all if none was; without
 * expectations, what was measured. With a detector or a purifier, the value for the other attacker is included, and with surrogates that
 * of a white-box attack.
 */
export function describeOutcome(
  comparisons: readonly Comparison[],
  rounds: readonly Round[],
  norm: Norm,
  kind: Kind = 'attack',
  beside: Beside = {},
): string {
  const wanted = (['missed', 'undecided', 'met'] as const).find((result) =>
    comparisons.some((comparison) => comparison.result === result),
  );
  const said = comparisons.filter(({ result }) => result === wanted);
  const isOpen = wanted === 'undecided' || (wanted === undefined && rounds.some(({ metrics }) => metrics.ifHeld));
  const figures = said.map((comparison) => {
    const { metric, epsilon, expected } = comparison;
    const bound = metric === 'successRate' ? 'at most' : 'at least';
    const round = rounds.find((one) => one.epsilon === epsilon);
    const figure = describeFigure(comparison, { round, norm, ...beside });
    return `${figure}, expected ${bound} ${formatMetric(metric, expected)}`;
  });
  const texts = wanted ? figures : rounds.map((round) => withoutExpectation[kind](round, norm, beside));
  return `${texts.join('; ')}${isOpen ? `. ${advice}` : ''}`;
}

/** What is said of a round of which nothing was expected. */
const withoutExpectation: Readonly<Record<Kind, (round: Round, norm: Norm, beside: Beside) => string>> = {
  attack(round, norm, beside) {
    const { epsilon, metrics } = round;
    const metric: ExpectedMetric = metrics.robustAccuracy === undefined ? 'successRate' : 'robustAccuracy';
    const atBest = metrics.ifHeld?.[metric];
    const measured = { metric, epsilon, measured: metrics[metric] ?? NaN, ...(atBest !== undefined && { atBest }) };
    return `${describeHeld(metrics.counts)}; ${describeFigure(measured, { round, norm, ...beside })}; no expectation was set`;
  },
  forge: ({ metrics: { counts } }) => `${describeForged(counts)}; no expectation was set`,
  explanation: ({ metrics: { counts } }) => describeExplained(counts),
};

/** "robust accuracy at L∞ 8/255 with detector "net" against an adaptive attacker is 40.0% (unaware: 80.0%)" */
function describeFigure(
  { metric, epsilon, ...figure }: Pick<Comparison, 'metric' | 'epsilon' | 'measured' | 'atBest' | 'bound'>,
  { round, norm, detector, purifier, surrogates }: { round: Round | undefined; norm: Norm } & Beside,
): string {
  const start = `${metricTitles[metric]}${round && epsilon !== undefined ? ` at ${describeBudget(round, norm)}` : ''}`;
  const value = describeValue(metric, figure, round);
  if (surrogates && metric !== 'cleanAccuracy') {
    const { whiteBox } = round?.transfer ?? {};
    const besides = whiteBox?.metrics[metric];
    const comparison =
      whiteBox && besides !== undefined ? ` (white-box ${whiteBox.title}: ${formatMetric(metric, besides)})` : '';
    return `${start} by transfer from ${surrogates.map(({ name }) => `"${name}"`).join(' and ')} is ${value}${comparison}`;
  }
  const defense = detector ?? purifier;
  if (defense === undefined) return `${start} is ${value}`;
  const guarded = `${start} with ${detector ? 'detector' : 'purifier'} "${defense.name}"`;
  // Before the attack there is no attacker.
  if (metric === 'cleanAccuracy') return `${guarded} is ${value}`;
  const other = (round?.detection ?? round?.purification)?.other;
  const otherFigure = other?.metrics[metric];
  const comparison =
    other && otherFigure !== undefined ? ` (${other.attacker}: ${formatMetric(metric, otherFigure)})` : '';
  return `${guarded} against an ${defense.attacker} attacker is ${value}${comparison}`;
}

/** "45.0%", "between 40.0% and 45.0% (3 of 60 images undecided)", "45.0% (38.1% with 95% confidence)" */
function describeValue(
  metric: ExpectedMetric,
  { measured, atBest, bound }: Pick<Comparison, 'measured' | 'atBest' | 'bound'>,
  round: Round | undefined,
): string {
  const show = (value: number) => formatMetric(metric, value);
  const sure =
    bound === undefined ? [] : [`${show(bound)} with ${100 * (round?.metrics.confidence ?? 0.95)}% confidence`];
  if (atBest === undefined || atBest === measured)
    return [show(measured), ...sure.map((text) => `(${text})`)].join(' ');
  const [low, high] = [Math.min(measured, atBest), Math.max(measured, atBest)].map(show);
  const { undecided = 0, eligible = 0 } = round?.metrics.counts ?? {};
  return `between ${low} and ${high} (${[`${undecided} of ${eligible} eligible images undecided`, ...sure].join('; ')})`;
}

/** "L∞ 8/255"; with what the test states where the 8-bit grid leaves clearly less of it: "L∞ 3/255 (0.0155 was stated)" */
export function describeBudget(
  { epsilon = Infinity, budget = epsilon }: Pick<Round, 'epsilon' | 'budget'>,
  norm: Norm,
): string {
  if (Math.abs(budget - epsilon) <= 0.05 * epsilon) return `${formatNorm(norm)} ${formatEpsilon(epsilon, norm)}`;
  return `${formatNorm(norm)} ${formatEpsilon(budget, norm)} (${formatEpsilon(epsilon, norm)} was stated)`;
}

/** What other programs would count, where the 8-bit grid makes a difference: a line for each budget. */
export function describeOffGrid({ rounds, attack: { norm } }: Pick<TestReport, 'rounds' | 'attack'>): string[] {
  return rounds.flatMap(({ epsilon, budget, fooledOffGrid, metrics: { counts } }) => {
    if (fooledOffGrid === undefined || fooledOffGrid <= counts.fooled) return [];
    const where =
      epsilon === undefined ? '' : ` at ${describeBudget({ epsilon, ...(budget !== undefined && { budget }) }, norm)}`;
    return [
      `off the 8-bit grid, ${fooledOffGrid} of ${counts.eligible} eligible images are fooled${where}, on it ${counts.fooled}: rounding to gray levels undoes the others`,
    ];
  });
}

function formatMetric(metric: ExpectedMetric, value: number): string {
  return metric === 'medianDistance' ? formatDistance(value) : formatPercent(value);
}

function describeHeld({ eligible, held }: Metrics['counts']): string {
  return `Attacked: ${held} of ${eligible === 1 ? '1 image' : `${eligible} images`} held`;
}

function describeForged({ eligible, fooled }: Metrics['counts']): string {
  return `forged ${fooled} of ${eligible === 1 ? '1 image' : `${eligible} images`}`;
}

function describeExplained({ eligible, fooled }: Metrics['counts']): string {
  const images = eligible === 1 ? '1 image' : `${eligible} images`;
  return `explained ${images}; the prediction changes along the gradient on ${fooled}`;
}

import type { ThreatModel } from '../attacks/attackDefinition.ts';
import type { Kind } from '../attacks/kind.ts';
import type { Finding, Omission } from '../audit/finding.ts';
import type { ImageShape } from '../data/image.ts';
import type { Resizing } from '../data/resizing.ts';
import type { Attacker } from '../defenses/guard/attacker.ts';
import type { Comparison } from '../evaluation/comparison.ts';
import type { Prediction } from '../evaluation/example.ts';
import type { Metrics, Status } from '../evaluation/metrics.ts';
import type { ExpectedMetric, TestPlan } from '../evaluation/plan.ts';
import type { Round } from '../evaluation/round.ts';
import type { Verdict } from '../evaluation/verdict.ts';
import type { Norm, Norms } from '../geometry/norms.ts';
import type { Preprocessing } from '../models/preprocessing.ts';

/** Where the engine ran. */
export type EngineLocation = 'process' | 'extensionHost';

/** The result of a test, with everything needed to reproduce it. In JSON, an infinite distance is `null`. */
export interface TestReport {
  readonly id: string;
  readonly name: string;
  readonly status: Verdict;
  /** One sentence: what was expected and measured, or why the test could not be evaluated. */
  readonly message: string;
  readonly model: {
    readonly name: string;
    readonly path: string;
    readonly sha256?: string;
    /** The shape of its input images. */
    readonly input?: ImageShape;
    /** Its classes, in the order of its logits. */
    readonly classes?: readonly string[];
    /** Mean and standard deviation of each channel, in the model's channel order. */
    readonly preprocessing?: Preprocessing;
    /** How images were resized to the model's input size, in pixels once that size is known. */
    readonly resizing?: Resizing;
    /** What was detected in the model or decided for it. */
    readonly notes?: readonly string[];
  };
  readonly dataset: {
    readonly name: string;
    /** Empty for white noise. */
    readonly path: string;
    readonly images?: number;
    readonly notes: readonly string[];
  };
  readonly attack: {
    readonly id: string;
    readonly title: string;
    readonly kind: Kind;
    readonly threatModel: ThreatModel;
    readonly norm: Norm;
    readonly preset: string;
    readonly target?: string;
    readonly quantize: boolean;
    readonly epsilons: readonly number[];
    /** Every parameter as used at the last budget; `rounds` has those of every budget. */
    readonly parameters: Readonly<Record<string, unknown>>;
  };
  /** The model's detector, and the attacker that the test assumes. */
  readonly detector?: {
    readonly name: string;
    readonly path: string;
    readonly attacker: Attacker;
    /** Known once the detector was opened. */
    readonly kind?: string;
    readonly title?: string;
    readonly threshold?: number;
    readonly falsePositiveRate?: number;
    /** True if the detector was trained on examples of this test's attack. */
    readonly seen?: boolean;
  };
  /** Signs that the result overstates robustness; missing if there was no audit. */
  readonly findings?: readonly Finding[];
  /** Checks that the audit could not make, or left out for what they cost. */
  readonly notChecked?: readonly Omission[];
  readonly seed: number;
  readonly engine: { readonly name: string; readonly location: EngineLocation };
  readonly expect: TestPlan['expect'];
  readonly comparisons: readonly Comparison[];
  /** The metrics at the last (usually the largest) budget; missing if nothing could be evaluated. */
  readonly metrics?: Metrics;
  /** The metrics at every budget: the security curve. */
  readonly rounds: readonly Round[];
  readonly warnings: readonly string[];
  /** Pictures of a few examples that fooled the model; paths are relative to the run folder. */
  readonly pictures: readonly string[];
  readonly queries: { readonly points: number; readonly gradients: number };
  /** Wall-clock time in seconds. */
  readonly time: number;
  readonly origin: TestPlan['origin'];
}

/** The report on one example: a line of `examples.jsonl`. Image paths are relative to the run folder. */
export interface ExampleReport {
  /** Id of the test. */
  readonly test: string;
  readonly epsilon?: number;
  readonly index: number;
  /** SHA-256 of image hash, goal, norm, and model hash: the same case in another run has the same identity. */
  readonly identity: string;
  readonly image: string;
  readonly sha256: string;
  readonly label: string;
  readonly target?: string;
  readonly status: Status;
  readonly clean: Prediction;
  readonly adversarial: Prediction | null;
  readonly norms: Norms | null;
  /** The model's input before and after the attack. */
  readonly originalImage: string;
  readonly adversarialImage: string | null;
  /** With the grid off: the exact float32 values, height × width × channels, as a NumPy file. */
  readonly adversarialArray?: string;
  /** With the grid off: the model's prediction for `adversarialImage`, which is rounded. */
  readonly onGrid?: { readonly prediction: Prediction; readonly norms: Norms; readonly success: boolean };
  /** The points that the attack visited, if recorded. */
  readonly trace?: Trace;
  /** The stage of the attack that found the example, if the attack has stages. */
  readonly stage?: string;
  readonly queries: { readonly points: number; readonly gradients: number };
  readonly seed: number;
  readonly notes: readonly string[];
}

/** The points that an attack visited on one image. */
export interface Trace {
  /** All of them in one picture, in rows of `columns`, each of the model's input size, rounded to the 8-bit grid. */
  readonly image: string;
  readonly columns: number;
  /** What `at` counts: the attack's points, or the epsilon of an explanation. */
  readonly axis: 'step' | 'epsilon';
  readonly steps: readonly { readonly at: number; readonly logits: readonly number[]; readonly norms: Norms }[];
}

/** A test that could not run because of its settings. */
export interface UnplannedReport {
  readonly id: string;
  readonly name: string;
  readonly status: 'errored';
  readonly message: string;
  readonly origin: TestPlan['origin'];
}

/** True for a test that got as far as the engine. */
export function isPlanned(report: TestReport | UnplannedReport): report is TestReport {
  return 'attack' in report;
}

/** The summary of a run: `report.json`. */
export interface RunReport {
  readonly format: 'perturb-report';
  readonly version: 1;
  readonly workspace: string;
  readonly started: string;
  readonly tests: readonly (TestReport | UnplannedReport)[];
}

/** Display names of the metrics. */
export const metricTitles = {
  cleanAccuracy: 'clean accuracy',
  robustAccuracy: 'robust accuracy',
  successRate: 'attack success rate',
  medianDistance: 'median distance',
} as const;

/** What turns an undecided image into a decided one. */
const advice =
  'On undecided images the attack had no gradient to follow: attack them with another loss, or without gradients.';

/**
 * One sentence about a test: the expectations that were missed, or those that are undecided, or all if none was; without
 * expectations, what was measured. With a detector, the value for the other attacker is included.
 */
export function describeOutcome(
  comparisons: readonly Comparison[],
  rounds: readonly Round[],
  norm: Norm,
  kind: Kind = 'attack',
  detector?: TestReport['detector'],
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
    const figure = describeFigure(comparison, { round, norm, detector });
    return `${figure}, expected ${bound} ${formatMetric(metric, expected)}`;
  });
  const texts = wanted ? figures : rounds.map((round) => withoutExpectation[kind](round, norm, detector));
  return `${texts.join('; ')}${isOpen ? `. ${advice}` : ''}`;
}

/** What is said of a round of which nothing was expected. */
const withoutExpectation: Readonly<
  Record<Kind, (round: Round, norm: Norm, detector: TestReport['detector']) => string>
> = {
  attack(round, norm, detector) {
    const { epsilon, metrics } = round;
    const metric: ExpectedMetric = metrics.robustAccuracy === undefined ? 'successRate' : 'robustAccuracy';
    const atBest = metrics.ifHeld?.[metric];
    const measured = { metric, epsilon, measured: metrics[metric] ?? NaN, ...(atBest !== undefined && { atBest }) };
    return `${describeFigure(measured, { round, norm, detector })}; no expectation was set`;
  },
  forge: ({ metrics: { counts } }) => `${describeForged(counts)}; no expectation was set`,
  explanation: ({ metrics: { counts } }) => describeExplained(counts),
};

/** "robust accuracy at linf 8/255 with detector "net" against an adaptive attacker is 40.0% (unaware: 80.0%)" */
function describeFigure(
  { metric, epsilon, ...figure }: Pick<Comparison, 'metric' | 'epsilon' | 'measured' | 'atBest' | 'bound'>,
  { round, norm, detector }: { round: Round | undefined; norm: Norm; detector: TestReport['detector'] | undefined },
): string {
  const start = `${metricTitles[metric]}${round && epsilon !== undefined ? ` at ${describeBudget(round, norm)}` : ''}`;
  const value = describeValue(metric, figure, round);
  if (detector === undefined) return `${start} is ${value}`;
  const guarded = `${start} with detector "${detector.name}"`;
  // Before the attack there is no attacker.
  if (metric === 'cleanAccuracy') return `${guarded} is ${value}`;
  const other = round?.detection?.other;
  const otherFigure = other?.metrics[metric];
  const comparison =
    other && otherFigure !== undefined ? ` (${other.attacker}: ${formatMetric(metric, otherFigure)})` : '';
  return `${guarded} against an ${detector.attacker} attacker is ${value}${comparison}`;
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

/** "linf 8/255"; with what the test states where the 8-bit grid leaves clearly less of it: "linf 3/255 (0.0155 was stated)" */
export function describeBudget(
  { epsilon = Infinity, budget = epsilon }: Pick<Round, 'epsilon' | 'budget'>,
  norm: Norm,
): string {
  if (Math.abs(budget - epsilon) <= 0.05 * epsilon) return `${norm} ${formatEpsilon(epsilon, norm)}`;
  return `${norm} ${formatEpsilon(budget, norm)} (${formatEpsilon(epsilon, norm)} was stated)`;
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

function describeForged({ eligible, fooled }: Metrics['counts']): string {
  return `forged ${fooled} of ${eligible === 1 ? '1 image' : `${eligible} images`}`;
}

function describeExplained({ eligible, fooled }: Metrics['counts']): string {
  const images = eligible === 1 ? '1 image' : `${eligible} images`;
  return `explained ${images}; the prediction changes along the gradient on ${fooled}`;
}

/** A fraction as "45.3%". */
export function formatPercent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)}%`;
}

/** A distance with three significant digits; "∞" if the examples held. */
export function formatDistance(distance: number): string {
  return Number.isFinite(distance) ? distance.toPrecision(3) : '∞';
}

/** A budget, as "8/255" if it is a whole number of gray levels, which only exist in linf. */
export function formatEpsilon(epsilon: number, norm: Norm): string {
  const level = 255 * epsilon;
  const isLevel = norm === 'linf' && Math.abs(level - Math.round(level)) < 1e-6 && level < 254.5;
  return isLevel ? `${Math.round(level)}/255` : String(epsilon);
}

import type { Comparison } from '../evaluation/comparison.ts';
import { formatDistance, formatPercent } from './format.ts';
import type { TestReport } from './report.ts';

/** A relation between what was measured and what was expected: "76.4% ≥ 70%", "9.7% < 50%", "40.0%–45.0% ≥ 42%?" */
export interface Figure {
  readonly text: string;
  /** The expectation that it is about; missing where there was none. */
  readonly comparison?: Comparison;
}

/**
 * The figure that decided a test: of several expectations the one that was missed by the most, or met by the least.
 * Without expectations, how many images held. `undefined` where nothing was measured, or where it proves nothing.
 */
export function figureOf({ status, comparisons, metrics, attack }: TestReport): Figure | undefined {
  const comparison = decisive(comparisons);
  if (comparison === undefined) {
    if (!metrics || attack.kind !== 'attack' || status === 'errored') return undefined;
    return { text: `${metrics.counts.held} of ${metrics.counts.eligible} held` };
  }
  // Expectations that were met in a test that could not be judged say nothing.
  if (status === 'errored' && comparison.result === 'met') return undefined;
  return { text: formatComparison(comparison), comparison };
}

/** The comparison that a verdict follows from. */
function decisive(comparisons: readonly Comparison[]): Comparison | undefined {
  const result = (['missed', 'undecided', 'met'] as const).find((one) =>
    comparisons.some((each) => each.result === one),
  );
  const among = comparisons.filter((each) => each.result === result);
  return among.sort((a, b) => margin(a) - margin(b))[0];
}

/** By how much an expectation is met, as a fraction: of one, or of the expected distance. */
function margin({ metric, expected, measured, bound = measured }: Comparison): number {
  if (metric === 'medianDistance') return expected === 0 ? Infinity : bound / expected - 1;
  return metric === 'successRate' ? expected - bound : bound - expected;
}

/**
 * One comparison in a few signs. Figures have as many digits as it takes to tell them apart; where the end of a confidence
 * interval was held against the bound, it follows in parentheses.
 */
export function formatComparison({ metric, expected, measured, atBest, bound, result }: Comparison): string {
  const isMaximum = metric === 'successRate';
  const wanted = isMaximum ? '≤' : '≥';
  const relation = result === 'missed' ? (isMaximum ? '>' : '<') : wanted;
  const isDistance = metric === 'medianDistance';
  const compared = bound ?? measured;
  const show = isDistance ? formatDistance : percentBeside(expected, compared);
  const ends = atBest === undefined || atBest === measured ? [measured] : [measured, atBest].sort((a, b) => a - b);
  const figure = ends.map(show).join('–');
  const sure = bound === undefined ? '' : ` (${show(bound)})`;
  const limit = isDistance ? String(expected) : `${Number((100 * expected).toFixed(4))}%`;
  return `${figure}${sure} ${relation} ${limit}${result === 'undecided' ? '?' : ''}`;
}

/** Percentages with enough digits not to be taken for the expected one. */
function percentBeside(expected: number, compared: number): (fraction: number) => string {
  const limit = 100 * expected;
  const digits = [1, 2, 3].find((count) => compared === expected || Number((100 * compared).toFixed(count)) !== limit);
  return (fraction) => (digits === 1 ? formatPercent(fraction) : `${(100 * fraction).toFixed(digits ?? 3)}%`);
}

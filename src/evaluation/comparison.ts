import type { Figures, Metrics } from './metrics.ts';
import { type ExpectedMetric, expectedMetrics, type TestPlan } from './plan.ts';
import type { Round } from './round.ts';

/** One expectation of a test, beside what was measured. */
export interface Comparison {
  readonly metric: ExpectedMetric;
  readonly epsilon?: number;
  readonly expected: number;
  /** What is certain: undecided images count as fooled. */
  readonly measured: number;
  /** What was measured if undecided images held; missing where there are none. */
  readonly atBest?: number;
  /** Where the test states a confidence: the end of the interval that was held against the bound. */
  readonly bound?: number;
  /** Undecided where it depends on images on which the attack had nothing to follow. */
  readonly result: 'met' | 'missed' | 'undecided';
}

/** Compares every expectation of a test with what was measured. `successRate` is a maximum, the others are minima. */
export function compare({ expect, confidence }: Pick<TestPlan, 'expect' | 'confidence'>, rounds: readonly Round[]) {
  return rounds.flatMap(({ epsilon, metrics }, index) =>
    expectedMetrics.flatMap((metric): Comparison[] => {
      const expected = expect[metric]?.[index];
      const measured = metrics[metric];
      if (expected === undefined || measured === undefined) return [];
      const isMaximum = metric === 'successRate';
      const heldAgainst = (figures: Figures & Partial<Metrics>) => {
        if (confidence === undefined) return figures[metric] ?? metrics[metric] ?? NaN;
        return figures.intervals[metric]?.[isMaximum ? 1 : 0] ?? NaN;
      };
      const isMet = (value: number) => (isMaximum ? value <= expected : value >= expected);
      const { ifHeld } = metrics;
      const bound = heldAgainst(metrics);
      const best = ifHeld && heldAgainst(ifHeld);
      return [
        {
          metric,
          ...(epsilon !== undefined && { epsilon }),
          expected,
          measured,
          ...(ifHeld && metric !== 'cleanAccuracy' && { atBest: ifHeld[metric] ?? NaN }),
          ...(confidence !== undefined && { bound }),
          result: isMet(bound) ? 'met' : best !== undefined && isMet(best) ? 'undecided' : 'missed',
        },
      ];
    }),
  );
}

/**
 * Whether a test expects nothing that a model could miss: of accuracies and distances at least 0, or of a success rate at
 * most 1. False where nothing is expected.
 */
export function cannotFail({ expect }: Pick<TestPlan, 'expect'>): boolean {
  const bounds = expectedMetrics.flatMap((metric) =>
    (expect[metric] ?? []).map((bound) => (metric === 'successRate' ? bound >= 1 : bound <= 0)),
  );
  return bounds.length > 0 && bounds.every(Boolean);
}

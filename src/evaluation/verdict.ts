import type { Round } from './evaluate.ts';
import { type ExpectedMetric, expectedMetrics, type TestPlan } from './plan.ts';

/** A test's result: its expectation met, missed, or not to be judged. The last two are never merged. */
export type Verdict = 'passed' | 'failed' | 'errored';

/** One expectation of a test, beside what was measured. */
export interface Comparison {
  readonly metric: ExpectedMetric;
  readonly epsilon?: number;
  readonly expected: number;
  readonly measured: number;
  readonly met: boolean;
}

/** Compares every expectation of a test with what was measured. `successRate` is a maximum, the others are minima. */
export function compare({ expect }: TestPlan, rounds: readonly Round[]): Comparison[] {
  return rounds.flatMap(({ epsilon, metrics }, index) =>
    expectedMetrics.flatMap((metric) => {
      const expected = expect[metric]?.[index];
      const measured = metrics[metric];
      if (expected === undefined || measured === undefined) return [];
      const met = metric === 'successRate' ? measured <= expected : measured >= expected;
      return [{ metric, epsilon, expected, measured, met }];
    }),
  );
}

import type { Comparison } from '../../src/evaluation/comparison.ts';
import type { Confidence, Interval } from '../../src/evaluation/metrics.ts';
import type { TestReport } from '../../src/reports/report.ts';

/** The metric of the security curve: robust accuracy or, for targeted attacks, which have none, the success rate. */
export type CurveMetric = 'robustAccuracy' | 'successRate';

/** The security curve of one budget. */
export interface CurvePoint {
  readonly epsilon: number;
  readonly value: number;
  readonly interval?: Interval;
  /** The bound that the test states: a minimum for robust accuracy, a maximum for the success rate. */
  readonly expected?: number;
  readonly result?: Comparison['result'];
}

export interface Curve {
  readonly metric: CurveMetric;
  /** Of the intervals. */
  readonly confidence: Confidence;
  readonly points: readonly CurvePoint[];
}

/** The security curve, from no perturbation up; `undefined` where the test has fewer than two budgets. */
export function securityCurve({ rounds, comparisons, attack }: TestReport): Curve | undefined {
  if (rounds.length < 2) return undefined;
  const metric: CurveMetric = attack.target === undefined ? 'robustAccuracy' : 'successRate';
  const points = rounds.flatMap(({ epsilon, metrics }): CurvePoint[] => {
    const value = metrics[metric];
    if (epsilon === undefined || value === undefined) return [];
    const bound = comparisons.find((one) => one.metric === metric && one.epsilon === epsilon);
    return [
      {
        epsilon,
        value,
        interval: metrics.intervals[metric],
        ...(bound && { expected: bound.expected, result: bound.result }),
      },
    ];
  });
  const clean = rounds[0]?.metrics;
  const start: CurvePoint[] =
    metric === 'successRate'
      ? [{ epsilon: 0, value: 0 }]
      : clean
        ? [{ epsilon: 0, value: clean.cleanAccuracy, interval: clean.intervals.cleanAccuracy }]
        : [];
  return {
    metric,
    confidence: clean?.confidence ?? 0.95,
    points: [...start, ...points].sort((a, b) => a.epsilon - b.epsilon),
  };
}

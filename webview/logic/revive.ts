import type { RoundDetection } from '../../src/evaluation/detection.ts';
import type { Round } from '../../src/evaluation/evaluate.ts';
import type { Metrics } from '../../src/evaluation/metrics.ts';
import type { TestReport } from '../../src/reports/report.ts';

/** A report as it was before it became JSON on its way to the page: JSON says `null` for an infinite distance. */
export function reviveReport(report: TestReport): TestReport {
  const { metrics, rounds, comparisons } = report;
  return {
    ...report,
    ...(metrics && { metrics: reviveMetrics(metrics) }),
    rounds: rounds.map(reviveRound),
    comparisons: comparisons.map((comparison) => ({
      ...comparison,
      measured: comparison.measured ?? Infinity,
    })),
  };
}

function reviveRound(round: Round): Round {
  return {
    ...round,
    metrics: reviveMetrics(round.metrics),
    ...(round.detection && { detection: reviveRoundDetection(round.detection) }),
    ...(round.metricsOnGrid && { metricsOnGrid: reviveMetrics(round.metricsOnGrid) }),
  };
}

function reviveRoundDetection(detection: RoundDetection): RoundDetection {
  const { other } = detection;
  return { ...detection, other: { ...other, metrics: reviveMetrics(other.metrics) } };
}

function reviveMetrics(metrics: Metrics): Metrics {
  return {
    ...metrics,
    medianDistance: metrics.medianDistance ?? Infinity,
    meanDistance: metrics.meanDistance ?? Infinity,
  };
}

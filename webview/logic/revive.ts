import type { RoundDetection } from '../../src/evaluation/detection.ts';
import type { Figures, Metrics } from '../../src/evaluation/metrics.ts';
import type { Round } from '../../src/evaluation/round.ts';
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
      ...('atBest' in comparison && { atBest: comparison.atBest ?? Infinity }),
      ...('bound' in comparison && { bound: comparison.bound ?? Infinity }),
    })),
  };
}

function reviveRound(round: Round): Round {
  return {
    ...round,
    metrics: reviveMetrics(round.metrics),
    ...(round.detection && { detection: reviveRoundDetection(round.detection) }),
    ...(round.purification && { purification: revivePurification(round.purification) }),
    ...(round.transfer && { transfer: reviveRoundTransfer(round.transfer) }),
    ...(round.metricsOnGrid && { metricsOnGrid: reviveMetrics(round.metricsOnGrid) }),
    ...(round.queryCurve && {
      queryCurve: round.queryCurve.map((point) => ({ ...point, medianDistance: point.medianDistance ?? Infinity })),
    }),
  };
}

function reviveRoundDetection(detection: RoundDetection): RoundDetection {
  const { other } = detection;
  return { ...detection, other: { ...other, metrics: reviveMetrics(other.metrics) } };
}

function revivePurification({ other }: NonNullable<Round['purification']>): NonNullable<Round['purification']> {
  return { other: { ...other, metrics: reviveMetrics(other.metrics) } };
}

function reviveRoundTransfer(transfer: NonNullable<Round['transfer']>): NonNullable<Round['transfer']> {
  const { whiteBox } = transfer;
  return { ...transfer, ...(whiteBox && { whiteBox: { ...whiteBox, metrics: reviveMetrics(whiteBox.metrics) } }) };
}

function reviveMetrics(metrics: Metrics): Metrics {
  return {
    ...metrics,
    ...reviveFigures(metrics),
    ...(metrics.ifHeld && { ifHeld: reviveFigures(metrics.ifHeld) }),
  };
}

function reviveFigures<F extends Figures>(figures: F): F {
  const { medianDistance } = figures.intervals ?? {};
  return {
    ...figures,
    medianDistance: figures.medianDistance ?? Infinity,
    meanDistance: figures.meanDistance ?? Infinity,
    ...(medianDistance && {
      intervals: {
        ...figures.intervals,
        medianDistance: [medianDistance[0] ?? Infinity, medianDistance[1] ?? Infinity] as const,
      },
    }),
  };
}

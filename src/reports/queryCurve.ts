import { formatDistance, formatPercent } from './format.ts';
import { describeBudget } from './outcome.ts';
import type { TestReport } from './report.ts';

/** Numbers of queries that a line names, at most. */
const mostNamed = 6;

/** Success against queries, a line for each budget; of an attack that minimizes the norm the distance that it had come to. */
export function describeQueryCurves({ rounds, attack: { norm } }: Pick<TestReport, 'rounds' | 'attack'>): string[] {
  return rounds.flatMap((round) => {
    const { queryCurve = [], epsilon } = round;
    if (queryCurve.length === 0) return [];
    const figure = ({ successRate, medianDistance }: (typeof queryCurve)[number]) =>
      epsilon === undefined ? formatDistance(medianDistance) : formatPercent(successRate);
    const what = epsilon === undefined ? 'median distance' : `success rate at ${describeBudget(round, norm)}`;
    // Every third, counted from the last, goes up in powers of √10 or so.
    const named = queryCurve.filter((_, i) => (queryCurve.length - 1 - i) % 3 === 0).slice(-mostNamed);
    const points = named.map((point) => `${figure(point)} after ${point.queries.toLocaleString('en-US')}`);
    return [`${what} by queries for each image: ${points.join(', ')}`];
  });
}

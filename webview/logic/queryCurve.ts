import type { QueryPoint } from '../../src/evaluation/queryCurve.ts';
import type { TestReport } from '../../src/reports/report.ts';

/** How far an attack had come by the number of its queries: one line for each budget. */
export interface QueryCurves {
  /** What is drawn: of an attack that minimizes the norm the distance that it had come to. */
  readonly metric: 'successRate' | 'medianDistance';
  /** Numbers of queries, in their order. */
  readonly queries: readonly number[];
  readonly lines: readonly {
    readonly epsilon?: number;
    /** At each number of queries; a line ends in its last value. */
    readonly values: readonly number[];
  }[];
}

/** The curves of a test; `undefined` where its queries are not counted. */
export function queryCurvesOf({ rounds }: Pick<TestReport, 'rounds'>): QueryCurves | undefined {
  const told = rounds.filter(({ queryCurve = [] }) => queryCurve.length > 0);
  if (told.length === 0) return undefined;
  const metric = told.every(({ epsilon }) => epsilon === undefined) ? 'medianDistance' : 'successRate';
  const curves = told.map(({ queryCurve = [] }) => queryCurve);
  const queries = [...new Set(curves.flat().map((point) => point.queries))].sort((a, b) => a - b);
  return {
    metric,
    queries,
    lines: told.map(({ epsilon }, i) => ({
      ...(epsilon !== undefined && { epsilon }),
      values: queries.map((count) => valueAt(curves[i] as readonly QueryPoint[], count)[metric]),
    })),
  };
}

/** The last point up to a number of queries: after the last of its own queries a curve stays where it is. */
function valueAt(curve: readonly QueryPoint[], queries: number): QueryPoint {
  return (curve.findLast((point) => point.queries <= queries) ?? curve[0]) as QueryPoint;
}

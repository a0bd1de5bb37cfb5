import type { UnplannedReport } from '../reports/report.ts';
import { formatProblem, type Problem } from '../settings/problem.ts';

/** A report for each test that the settings keep from running. */
export function unplannedReports(problems: readonly Problem[]): UnplannedReport[] {
  const ids = new Set(problems.flatMap(({ test }) => test ?? []));
  return [...ids].map((id) => {
    const own = problems.filter(({ test }) => test === id);
    const { file, line, testName = id, origin = { file, line } } = own[0] as Problem;
    return {
      id,
      name: testName,
      status: 'errored',
      message: own.map(formatProblem).join('\n'),
      origin,
    };
  });
}

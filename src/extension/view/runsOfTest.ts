import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { isPlanned, type TestReport } from '../../reports/report.ts';
import { readReport } from '../../reports/runFolder.ts';

/** A run that a test has a report of. */
export interface RunOfTest {
  /** The run folder. */
  readonly folder: string;
  /** When the run began, as ISO 8601. */
  readonly started: string;
  readonly report: TestReport;
}

/** Number of run folders looked at: the newest ones. */
const runsLookedAt = 20;

/**
 * The runs that have something to show of a test, the newest first: the order of the folders' names is that of the runs.
 * @param runs the folder with the run folders.
 */
export async function runsOfTest(runs: string, test: string): Promise<RunOfTest[]> {
  const names = await readdir(runs).catch(() => []);
  const found = names
    .sort()
    .slice(-runsLookedAt)
    .map(async (name): Promise<RunOfTest[]> => {
      const folder = path.join(runs, name);
      // A run that was killed before its first test finished has no report.
      const run = await readReport(folder).catch(() => undefined);
      const report = run?.tests.find(({ id }) => id === test);
      return run && report && isPlanned(report) ? [{ folder, started: run.started, report }] : [];
    });
  return (await Promise.all(found)).flat().reverse();
}

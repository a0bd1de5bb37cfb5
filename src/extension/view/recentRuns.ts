import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { isPlanned, type TestReport } from '../../reports/report.ts';
import { readReport } from '../../reports/runFolder.ts';

/** A test of a run. */
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
 * The tests of recent runs that have something to show, the newest run first: the order of the folders' names is that of
 * the runs.
 * @param runs the folder with the run folders.
 */
export async function recentRuns(runs: string): Promise<RunOfTest[]> {
  const names = (await readdir(runs).catch(() => [])).sort().slice(-runsLookedAt).reverse();
  const found = names.map(async (name): Promise<RunOfTest[]> => {
    const folder = path.join(runs, name);
    // A run that was killed before its first test finished has no report.
    const run = await readReport(folder).catch(() => undefined);
    return (run?.tests ?? []).filter(isPlanned).map((report) => ({ folder, started: run?.started ?? '', report }));
  });
  return (await Promise.all(found)).flat();
}

/** The last run of each other test that attacks the same images in the same way, so that examples can be compared. */
export function twinsOf(runs: readonly RunOfTest[], { id, dataset, attack }: TestReport): RunOfTest[] {
  const twins = new Map<string, RunOfTest>();
  for (const run of runs) {
    const other = run.report;
    const isTwin = other.id !== id && other.dataset.path === dataset.path && other.attack.kind === attack.kind;
    if (isTwin && !twins.has(other.id)) twins.set(other.id, run);
  }
  return [...twins.values()];
}

import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { isPlanned, type RunReport } from './report.ts';
import { readReport } from './runFolder.ts';

/** The last run that a workspace keeps in which a test came to something, and its folder. */
export async function lastRun(
  workspaceFolder: string,
): Promise<{ readonly folder: string; readonly report: RunReport } | undefined> {
  const runs = path.join(workspaceFolder, '.perturb', 'runs');
  for (const name of (await readdir(runs).catch(() => [])).sort().reverse()) {
    const folder = path.join(runs, name);
    const report = await readReport(folder).catch(() => undefined);
    if (report?.tests.some(isPlanned)) return { folder, report };
  }
  return undefined;
}

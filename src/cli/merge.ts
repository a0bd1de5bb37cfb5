import path from 'node:path';
import { claimFolder } from '../data/ownFolder.ts';
import { lockFolder } from '../reports/lock.ts';
import { createRunFolder, prepareRunFolder, runFolder } from '../reports/runFolder.ts';
import { checkSettings, gather, pooled, readShards } from '../run/merge.ts';
import { run } from '../run/run.ts';
import { runPlan } from '../run/runPlan.ts';
import { formatProblem } from '../settings/problem.ts';
import { workspaceFolderOf } from '../settings/workspaceFolder.ts';
import { startEngine } from './engine.ts';
import { printable } from './printable.ts';
import { ProgressBar } from './progressBar.ts';
import { type RequestedReport, writeReports } from './reports.ts';
import { exitCode } from './run.ts';
import { chooseTests } from './runWorkspace.ts';
import { formatTable } from './table.ts';
import { version } from './version.ts';

/**
 * Merges shards into a run, and prints the result. No image is attacked again; the audit, which looks at all of them, is
 * made here. Returns the exit code of the run.
 * @throws UserError where the shards are not those of one run.
 */
export async function merge(
  folders: readonly string[],
  {
    output,
    workspace: elsewhere,
    robustness,
    report: requested = [],
  }: { output?: string; workspace?: string; robustness?: string; report?: readonly RequestedReport[] },
): Promise<number> {
  const shards = await readShards(folders.map((folder) => path.resolve(folder)));
  const [{ shard }] = shards;
  const workspace = path.resolve(elsewhere ?? shard.workspace);
  const {
    asked: plans,
    unplanned,
    general,
  } = await chooseTests(workspace, {
    names: shard.names,
    strict: shard.strict,
    robustness,
  });
  checkSettings(shards[0], plans, workspace);
  const folder =
    output === undefined ? await createRunFolder(workspaceFolderOf(workspace), new Date()) : path.resolve(output);
  await claimFolder(folder, runFolder);
  const unlock = await lockFolder(folder);
  const engine = startEngine();
  const bar = new ProgressBar();
  try {
    await prepareRunFolder(folder);
    await gather(shards, folder);
    const report = await run({
      engine,
      workspace,
      version,
      folder,
      plans,
      unplanned,
      runTest: async (plan, options) => pooled(await runPlan(engine, plan, folder, options, 'attacked'), shards),
      onProgress: (progress) => bar.show(progress),
    }).finally(() => bar.clear());
    for (const problem of general) console.error(printable(formatProblem(problem)));
    console.log(printable([formatTable(report), `Results: ${folder}`].join('\n')));
    await writeReports(requested, { report, folder });
    return general.length > 0 ? 2 : exitCode(report);
  } finally {
    engine.dispose();
    await unlock();
  }
}

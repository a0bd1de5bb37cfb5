import path from 'node:path';
import { claimFolder } from '../data/ownFolder.ts';
import type { TestProgress } from '../jobs/runTest.ts';
import { lastRun } from '../reports/lastRun.ts';
import { lockFolder } from '../reports/lock.ts';
import type { RunReport } from '../reports/report.ts';
import { makeIgnoredFolder, readReport, runFolder } from '../reports/runFolder.ts';
import { runShard } from '../run/runShard.ts';
import { readShard, type Shard } from '../run/shardFile.ts';
import { splitWork } from '../run/splitWork.ts';
import { weightsOf } from '../run/weights.ts';
import { workspaceFolderOf } from '../settings/workspaceFolder.ts';
import { UserError } from '../userError.ts';
import { startEngine } from './engine.ts';
import { chooseTests } from './runWorkspace.ts';
import type { ShardNumber } from './shardOption.ts';
import { version } from './version.ts';

/** A shard to run. */
export interface ShardOrder {
  /** A folder or a `.code-workspace` file. */
  readonly workspace: string;
  /** Names of tests; all where it is missing. */
  readonly names?: readonly string[] | undefined;
  readonly shard: ShardNumber;
  readonly output?: string | undefined;
  /** A run that tells how long tests take; the last one of the workspace where it is missing. */
  readonly durations?: string | undefined;
  readonly strict?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  onProgress?(progress: TestProgress): void;
  /** Called with a line for what goes on where it was interrupted, and for what begins anew, and why. */
  onNote?(line: string): void;
}

/**
 * Runs a shard into its folder, and goes on where an earlier run of it was interrupted.
 * @throws UserError when the folder cannot be written to, or the durations cannot be read.
 */
export async function shard({
  names,
  shard: { number, of, isScheduled },
  output,
  durations,
  strict = false,
  ...request
}: ShardOrder): Promise<{ readonly shard: Shard; readonly folder: string }> {
  const workspace = path.resolve(request.workspace);
  const { asked: plans } = await chooseTests(workspace, { names, strict });
  const home = workspaceFolderOf(workspace);
  // Always the same, so that it is found again.
  const folder =
    output === undefined ? await makeIgnoredFolder(home, 'shards', `${number}-of-${of}`) : path.resolve(output);
  await claimFolder(folder, runFolder);
  const unlock = await lockFolder(folder, isScheduled);
  const engine = startEngine();
  try {
    const begun = await readShard(folder).catch(() => undefined);
    const isBegun =
      durations === undefined &&
      [begun?.number, begun?.of].join() === [number, of].join() &&
      begun?.tests.map(({ id }) => id).join('\n') === plans.map(({ id }) => id).join('\n');
    // One that was interrupted keeps its share, whatever runs have ended meanwhile.
    const shares =
      begun && isBegun
        ? begun.tests.map(({ share }) => share)
        : (splitWork(weightsOf(plans, await readDurations(home, durations)), of)[number - 1] ?? []);
    const common = { engine, folder, workspace, plans, shares, number, of, strict, perturb: version };
    const chosen = names && { names };
    return { shard: await runShard({ ...request, ...common, ...chosen }), folder };
  } finally {
    engine.dispose();
    await unlock();
  }
}

async function readDurations(home: string, given: string | undefined): Promise<RunReport | undefined> {
  if (given !== undefined) {
    return readReport(path.resolve(given)).catch((error) => {
      if (error instanceof UserError) throw error;
      throw new UserError(`${path.resolve(given)} has no report.json. Give --durations the folder of a run.`);
    });
  }
  return (await lastRun(home))?.report;
}

import type { Callable } from '../engine/client.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import type { Share } from '../evaluation/share.ts';
import type { TestProgress } from '../jobs/runTest.ts';
import { prepareRunFolder } from '../reports/runFolder.ts';
import { hide } from '../secrets.ts';
import { changesOf, type Fingerprint, fingerprintOf } from './fingerprints.ts';
import { leaveFinished } from './leaveFinished.ts';
import { describeChanges } from './resume.ts';
import { runPlan } from './runPlan.ts';
import { differenceOf, readShard, type Shard, type ShardTest, settingsHash, writeShard } from './shardFile.ts';

/** A part of a run, and where to. */
export interface ShardRequest extends Pick<Shard, 'perturb' | 'workspace' | 'number' | 'of' | 'strict' | 'names'> {
  readonly engine: Callable;
  /** The folder, claimed for a run. */
  readonly folder: string;
  readonly plans: readonly TestPlan[];
  /** What it has of each test. */
  readonly shares: readonly Share[];
  readonly signal?: AbortSignal | undefined;
  onProgress?(progress: TestProgress): void;
  /** Called with a line for what goes on where it was interrupted, and for what begins anew, and why. */
  onNote?(line: string): void;
}

/**
 * Attacks the images of a shard. What an interrupted run of the same shard has finished there is not attacked again.
 * @throws the signal's reason when that aborts; UserError when the folder cannot be written.
 */
export async function runShard(request: ShardRequest): Promise<Shard> {
  const { engine, folder, plans, signal } = request;
  let shard = await begin(request);
  for (const [place, test] of shard.tests.entries()) {
    if (test.state === 'attacked') continue;
    signal?.throwIfAborted();
    const plan = plans[place] as TestPlan;
    const onProgress = (progress: TestProgress) => request.onProgress?.(progress);
    const report =
      test.share.from < test.share.to
        ? await runPlan(engine, plan, folder, { signal, onProgress }, test.share)
        : undefined;
    const found = report && hide(report, plan.secrets);
    // Why it could not be attacked before counts no more.
    const { message: _, ...open } = test;
    const done: ShardTest = {
      ...open,
      state: found?.status === 'errored' ? 'errored' : 'attacked',
      ...(found?.status === 'errored' && { message: found.message }),
      ...(found && { done: doneIn(found) }),
    };
    shard = { ...shard, tests: shard.tests.with(place, done) };
    await writeShard(folder, shard);
  }
  return shard;
}

function doneIn({ model, engine, time, profile, warnings }: Awaited<ReturnType<typeof runPlan>>): ShardTest['done'] {
  const { sha256 } = model;
  return { ...(sha256 !== undefined && { sha256 }), engine, time, ...(profile && { profile }), warnings };
}

/** The shard as it stands in its folder, if it is the same one; else a new one in a folder that is empty. */
async function begin(request: ShardRequest): Promise<Shard> {
  const { folder, perturb, workspace, number, of, strict, names, plans, shares } = request;
  const tests = await Promise.all(
    plans.map(
      // What is known of a test is tried where shards are merged.
      async ({ robustness: _, ...plan }, place): Promise<ShardTest> => ({
        id: plan.id,
        settings: settingsHash(plan, workspace),
        fingerprint: await fingerprintOf(plan, perturb),
        share: shares[place] as Share,
        state: 'open',
      }),
    ),
  );
  const fresh: Shard = {
    format: 'perturb-shard',
    version: 1,
    perturb,
    workspace,
    started: new Date().toISOString(),
    number,
    of,
    strict,
    ...(names && { names }),
    tests,
  };
  const known = await readShard(folder).catch(() => undefined);
  if (known && isSame(known, fresh)) return goOn(request, known, tests);
  if (known) {
    const difference = differenceOf(known, fresh) ?? 'one has other images than the other';
    request.onNote?.(`${folder} has another shard, and this one begins anew: ${difference}.`);
  }
  await prepareRunFolder(folder);
  await writeShard(folder, fresh);
  return fresh;
}

/**
 * What an interrupted run of a shard has finished, without what its tests found in other files than those of today: with
 * another model, say, that would be two models in one result.
 */
async function goOn(
  { folder, plans, onNote }: ShardRequest,
  known: Shard,
  tests: readonly ShardTest[],
): Promise<Shard> {
  const changes = new Map(
    tests.map(({ id, fingerprint }, place) => [
      id,
      changesOf(known.tests[place]?.fingerprint, fingerprint as Fingerprint),
    ]),
  );
  const shard = {
    ...known,
    tests: tests.map((test, place) => (changes.get(test.id)?.length ? test : (known.tests[place] as ShardTest))),
  };
  // What it says is attacked may not be gone from the folder.
  await writeShard(folder, shard);
  const begun = plans.filter(({ id }) => changes.get(id)?.length === 0);
  const notes = await leaveFinished(folder, { whole: new Set(), begun });
  for (const [id, some] of changes) if (some.length > 0) onNote?.(describeChanges(id, some));
  for (const note of notes) onNote?.(note);
  return shard;
}

function isSame(a: Shard, b: Shard): boolean {
  const keyOf = ({ perturb, workspace, number, of, strict, names, tests }: Shard) =>
    JSON.stringify([
      perturb,
      workspace,
      number,
      of,
      strict,
      names,
      tests.map(({ id, settings, share }) => [id, settings, share]),
    ]);
  return keyOf(a) === keyOf(b);
}

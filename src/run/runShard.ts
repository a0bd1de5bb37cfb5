import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Callable } from '../engine/client.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import type { Share } from '../evaluation/share.ts';
import type { TestProgress } from '../jobs/runTest.ts';
import { filterExamples } from '../reports/examples.ts';
import { readFinished, writeFinished } from '../reports/finishedImages.ts';
import { imagesFolder, prepareRunFolder, slug, writing } from '../reports/runFolder.ts';
import { hide } from '../secrets.ts';
import { fingerprintOf } from './fingerprints.ts';
import { runPlan } from './runPlan.ts';
import { readShard, type Shard, type ShardTest, settingsHash, writeShard } from './shardFile.ts';

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
    const done: ShardTest = {
      ...test,
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
        fingerprint: await fingerprintOf(plan),
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
  if (known === undefined || !isSame(known, fresh)) {
    await prepareRunFolder(folder);
    await writeShard(folder, fresh);
    return fresh;
  }
  return goOn(folder, known, tests);
}

/**
 * What an interrupted run of a shard has finished, without what its tests found in other files than those of today: with
 * another model, say, that would be two models in one result.
 */
async function goOn(folder: string, known: Shard, tests: readonly ShardTest[]): Promise<Shard> {
  const stands = new Set(
    tests.filter(({ fingerprint }, place) => known.tests[place]?.fingerprint === fingerprint).map(({ id }) => id),
  );
  for (const { id } of tests.filter((test) => !stands.has(test.id))) {
    await writing(path.join(folder, imagesFolder, slug(id)), (place) => rm(place, { recursive: true, force: true }));
  }
  const finished = (await readFinished(folder)).filter(({ test }) => stands.has(test));
  const has = new Set(finished.map(({ test, index }) => `${index} ${test}`));
  // An image that was not finished is attacked again: what stands of it would be there twice.
  await filterExamples(folder, ({ test, index }) => has.has(`${index} ${test}`));
  await writeFinished(folder, finished);
  const shard = {
    ...known,
    tests: tests.map((test, place) => (stands.has(test.id) ? (known.tests[place] as ShardTest) : test)),
  };
  await writeShard(folder, shard);
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

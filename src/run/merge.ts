import { appendFile, mkdir, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { readError, writeError } from '../data/fileErrors.ts';
import { replaceFile, unfinished } from '../data/replaceFile.ts';
import type { FinishedImage } from '../evaluation/evaluate.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import { eachExample } from '../reports/examples.ts';
import { readFinished, writeFinished } from '../reports/finishedImages.ts';
import type { TestReport } from '../reports/report.ts';
import { examplesFile, imagesFolder, writing } from '../reports/runFolder.ts';
import { activities } from '../runner/stopwatch.ts';
import { UserError } from '../userError.ts';
import { differenceOf, readShard, type Shard, type ShardTest, settingsHash } from './shardFile.ts';

/** A shard and its folder. */
export interface FoundShard {
  readonly folder: string;
  readonly shard: Shard;
}

/**
 * The shards of one run, in their order.
 * @throws UserError where one is missing, there twice, not finished, or of another run.
 */
export async function readShards(folders: readonly string[]): Promise<[FoundShard, ...FoundShard[]]> {
  const found = await Promise.all(folders.map(async (folder) => ({ folder, shard: await readShard(folder) })));
  found.sort((a, b) => a.shard.number - b.shard.number);
  const [first, ...others] = found;
  if (first === undefined) throw new UserError('There are no shards to merge. Name their folders.');
  for (const other of others) {
    const difference = differenceOf(first.shard, other.shard);
    if (difference === undefined) continue;
    throw new UserError(
      `${first.folder} and ${other.folder} are not of the same run: ${difference}. Merge the shards of one run, or run them again.`,
    );
  }
  const { of } = first.shard;
  for (const [place, { folder, shard }] of found.entries()) {
    const before = found[place - 1];
    if (before?.shard.number === shard.number) {
      throw new UserError(
        `${before.folder} and ${folder} are both shard ${shard.number} of ${of}. Name each shard once: its images would count twice.`,
      );
    }
    const open = shard.tests.find(({ state }) => state === 'open');
    if (open) {
      throw new UserError(
        `Shard ${shard.number} of ${of} in ${folder} is not finished: "${open.id}" is still open. Run it again with the same command; it continues where it was interrupted.`,
      );
    }
  }
  const there = new Set(found.map(({ shard }) => shard.number));
  const missing = Array.from({ length: of }, (_, i) => i + 1).filter((number) => !there.has(number));
  if (missing.length > 0) {
    throw new UserError(
      `Of ${of} shards, ${missing.length === 1 ? 'this one is' : 'these are'} missing: ${missing.join(', ')}. Run ${missing.length === 1 ? 'it' : 'them'} first: without all images there is no verdict.`,
    );
  }
  checkSplit(found);
  return [first, ...others];
}

/** Each share begins where the one before ends. */
function checkSplit(shards: readonly FoundShard[]): void {
  for (const [test, { id }] of shards[0]?.shard.tests.entries() ?? []) {
    let end = 0;
    for (const { folder, shard } of shards) {
      const { from, to } = (shard.tests[test] as ShardTest).share;
      // What has no length may lie anywhere.
      if (from < to && from !== end) {
        throw new UserError(
          `${folder}: the shards have split "${id}" differently, so images would be missing or count twice. They were given other durations: run them again with the same --durations.`,
        );
      }
      end = Math.max(end, to);
    }
    if (end === 1) continue;
    throw new UserError(`The shards leave images of "${id}" out. Run them again with the same --durations.`);
  }
}

/** @throws UserError where the settings are no longer those of the shards. */
export function checkSettings({ folder, shard }: FoundShard, plans: readonly TestPlan[], workspace: string): void {
  const added = plans.find(({ id }) => !shard.tests.some((test) => test.id === id));
  if (added) {
    throw new UserError(
      `${workspace}: the settings have a test "${added.id}" that the shard in ${folder} has not. Run the shards again.`,
    );
  }
  for (const { id, settings } of shard.tests) {
    const plan = plans.find((one) => one.id === id);
    if (plan !== undefined && settingsHash(plan, workspace) === settings) continue;
    const what = plan === undefined ? `have no test "${id}" that can run` : `of "${id}" have changed`;
    throw new UserError(
      `${workspace}: the settings ${what}, since the shard in ${folder} was run. Merge with the settings that the shards were run with, or run them again.`,
    );
  }
}

/** Brings what the shards have finished into a run folder. @throws UserError when one of the folders fails. */
export async function gather(shards: readonly FoundShard[], folder: string): Promise<void> {
  const all = new Map<string, FinishedImage[]>();
  for (const { folder: from, shard } of shards) {
    const has = new Map<string, ReadonlySet<number>>();
    for (const { id } of shard.tests) {
      const finished = await readFinished(from, id);
      has.set(id, new Set(finished.map(({ index }) => index)));
      all.set(id, [...(all.get(id) ?? []), ...finished]);
    }
    for await (const example of eachExample(from)) {
      if (!has.get(example.test)?.has(example.index)) continue;
      await appendFile(path.join(folder, examplesFile), `${JSON.stringify(example)}\n`).catch((error) => {
        throw writeError(folder, error);
      });
    }
    await copyImages(from, folder);
  }
  for (const [id, finished] of all) await writeFinished(folder, id, finished);
}

/** Copies the images of a share, each in one go: one that is there counts as whole. */
async function copyImages(from: string, folder: string): Promise<void> {
  const source = path.join(from, imagesFolder);
  // A share without images has no folder for them.
  const entries = await readdir(source, { recursive: true, withFileTypes: true }).catch((error) => {
    if (error.code === 'ENOENT') return [];
    throw readError(source, error);
  });
  for (const entry of entries) {
    if (!entry.isFile() || entry.name.endsWith(unfinished)) continue;
    const file = path.join(entry.parentPath, entry.name);
    const to = path.join(folder, imagesFolder, path.relative(source, file));
    await writing(path.dirname(to), (directory) => mkdir(directory, { recursive: true }));
    const content = await readFile(file).catch((error) => {
      throw readError(file, error);
    });
    await replaceFile(to, content);
  }
}

/**
 * The report of a test whose images were attacked by shards: with their engine, the time that all of them took, and the
 * reason of one that could not attack its share.
 */
export function pooled(report: TestReport, shards: readonly FoundShard[]): TestReport {
  const parts = shards.map(({ shard }) => ({
    shard,
    test: shard.tests.find(({ id }) => id === report.id) as ShardTest,
  }));
  const failed = parts.find(({ test }) => test.state === 'errored');
  const done = parts.flatMap(({ test }) => test.done ?? []);
  const hash = done.find(({ sha256 }) => sha256 !== undefined)?.sha256;
  const engines = [...new Set(done.map(({ engine }) => engine.name))].filter((name) => name !== 'none');
  const sum = (values: readonly number[]) => Math.round(1000 * values.reduce((all, value) => all + value, 0)) / 1000;
  const profiles = [...done, report].flatMap(({ profile }) => profile ?? []);
  const whole: TestReport = {
    ...report,
    ...(done[0] && engines.length > 0 && { engine: { ...done[0].engine, name: engines.join(' and ') } }),
    time: sum([report.time, ...done.map(({ time }) => time)]),
    ...(report.profile && {
      profile: Object.fromEntries(
        activities.map((activity) => [activity, sum(profiles.map((each) => each[activity]))]),
      ) as unknown as NonNullable<TestReport['profile']>,
    }),
    warnings: [...new Set([...report.warnings, ...done.flatMap(({ warnings }) => warnings)])],
  };
  if (failed && failed.test.message !== report.message) {
    return {
      ...whole,
      status: 'errored',
      message: `Shard ${failed.shard.number} of ${failed.shard.of} could not attack its images: ${failed.test.message}`,
    };
  }
  if (hash !== undefined && report.model.sha256 !== undefined && hash !== report.model.sha256) {
    return {
      ...whole,
      status: 'errored',
      message: `${report.model.path} has changed since the shards were run. Run them again.`,
    };
  }
  return whole;
}

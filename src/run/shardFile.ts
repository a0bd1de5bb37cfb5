import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import Type from 'typebox';
import { replaceFile } from '../data/replaceFile.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import type { Share } from '../evaluation/share.ts';
import { contentCheck } from '../reports/contentCheck.ts';
import type { TestReport } from '../reports/report.ts';
import { shardFile } from '../reports/runFolder.ts';
import { workspaceFolderOf } from '../settings/workspaceFolder.ts';
import { UserError } from '../userError.ts';
import type { Fingerprint } from './fingerprints.ts';

/** What a shard is a part of, and what it has done: `shard.json` in its folder. It has no report, as it proves nothing alone. */
export interface Shard {
  readonly format: 'perturb-shard';
  readonly version: 1;
  /** Version of Perturb. */
  readonly perturb: string;
  /** The folder or file whose settings define the tests. */
  readonly workspace: string;
  readonly started: string;
  /** Counted from 1. */
  readonly number: number;
  readonly of: number;
  readonly strict: boolean;
  /** Names of the tests, where not all were asked for. */
  readonly names?: readonly string[];
  readonly tests: readonly ShardTest[];
}

/** A test, of which a shard has a share. */
export interface ShardTest {
  readonly id: string;
  /** Hash of its plan, wherever the workspace lies. */
  readonly settings: string;
  /** What it is run from, when the shard was begun. */
  readonly fingerprint: Partial<Fingerprint>;
  readonly share: Share;
  /** Open until its share was attacked, or could not be. */
  readonly state: 'open' | 'attacked' | 'errored';
  /** Why it could not be attacked. */
  readonly message?: string;
  /** What it came to: hash of the model, engine, time. */
  readonly done?: Pick<TestReport, 'engine' | 'time' | 'profile' | 'warnings'> & { readonly sha256?: string };
}

const checkShard = contentCheck(
  Type.Object({
    format: Type.Literal('perturb-shard'),
    version: Type.Literal(1),
    perturb: Type.String(),
    workspace: Type.String(),
    started: Type.String(),
    number: Type.Integer({ minimum: 1 }),
    of: Type.Integer({ minimum: 1 }),
    strict: Type.Boolean(),
    names: Type.Optional(Type.Array(Type.String())),
    tests: Type.Array(
      Type.Object({
        id: Type.String(),
        settings: Type.String(),
        fingerprint: Type.Record(Type.String(), Type.String()),
        share: Type.Object({ from: Type.Number(), to: Type.Number() }),
        state: Type.Enum(['open', 'attacked', 'errored']),
        message: Type.Optional(Type.String()),
        done: Type.Optional(
          Type.Object({
            sha256: Type.Optional(Type.String()),
            engine: Type.Object({ name: Type.String() }),
            time: Type.Number(),
            warnings: Type.Array(Type.String()),
          }),
        ),
      }),
    ),
  }),
);

export async function writeShard(folder: string, shard: Shard): Promise<void> {
  await replaceFile(path.join(folder, shardFile), `${JSON.stringify(shard, null, 2)}\n`);
}

/** @throws UserError when the folder has no shard in it, or what it says is damaged. */
export async function readShard(folder: string): Promise<Shard> {
  const file = path.join(folder, shardFile);
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UserError(
      `${folder} has no shard in it: there is no ${shardFile}. Name the folders that perturb run --shard has written.`,
    );
  });
  return checkShard(text, file) as Shard;
}

/** What sets two shards apart that are not of the same run. */
export function differenceOf(a: Shard, b: Shard): string | undefined {
  if (a.perturb !== b.perturb) return `one was made by version ${a.perturb} of Perturb, the other by ${b.perturb}`;
  if (a.of !== b.of) return `one is of ${a.of} shards, the other of ${b.of}`;
  if (String(a.names) !== String(b.names)) return 'they were run with other --test';
  if (a.strict !== b.strict) return 'one was run with --strict, the other without';
  const ids = ({ tests }: Shard) => tests.map(({ id }) => id).join(', ');
  if (ids(a) !== ids(b)) return `one has the tests ${ids(a)}, the other ${ids(b)}`;
  for (const [place, test] of a.tests.entries()) {
    const other = b.tests[place] as ShardTest;
    if (test.settings !== other.settings) return `the settings of "${test.id}" differ`;
    const [own, others] = [test.done?.sha256, other.done?.sha256];
    if (own !== undefined && others !== undefined && own !== others) {
      return `the model of "${test.id}" differs (sha256 ${own.slice(0, 12)} and ${others.slice(0, 12)})`;
    }
  }
  return undefined;
}

/** Hash of all that an attack follows from by the settings: the same where the workspace lies elsewhere. */
export function settingsHash(
  { origin: _, secrets: __, robustness: ___, ...plan }: TestPlan,
  workspace: string,
): string {
  const home = JSON.stringify(workspaceFolderOf(workspace)).slice(1, -1);
  return createHash('sha256').update(JSON.stringify(plan).replaceAll(home, '.')).digest('hex');
}

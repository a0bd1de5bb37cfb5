import type { Command } from './command.ts';
import { keep } from './commands/keep.ts';
import { merge } from './commands/merge.ts';
import { replay } from './commands/replay.ts';
import { run } from './commands/run.ts';
import { shard } from './commands/shard.ts';
import { train } from './commands/train.ts';

/** What is killed, by the names that seeds begin with. */
export const commands: Readonly<Record<string, Command>> = { run, train, shard, merge, keep, replay };

import type { Command } from '../command.ts';
import { finishedResults, missingImages } from '../runOutputs.ts';
import { shardFolder } from '../shardFolder.ts';
import { run } from './run.ts';

/** `perturb run --shard`, which goes on by itself. */
export const shard: Command = {
  prepare: run.prepare,
  arguments: (folder) => ['run', folder, '--shard', '1/2', '--output', shardFolder(folder, 1)],
  outputs: (folder) => [shardFolder(folder, 1)],
  faults: (folder) => missingImages(shardFolder(folder, 1)),
  remember: (folder) => finishedResults(shardFolder(folder, 1)),
};

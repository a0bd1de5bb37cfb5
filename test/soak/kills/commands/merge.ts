import assert from 'node:assert/strict';
import { perturb } from '../../../support/program.ts';
import type { Command } from '../command.ts';
import { unchangedFiles } from '../outputs.ts';
import { shardFolder } from '../shardFolder.ts';
import { outputOf } from './run.ts';

/** `perturb merge`, which begins anew: the shards are what there is, and stay as they are. */
export const merge: Command = {
  basis: 'shard',
  async prepare(folder) {
    const { code, stderr } = await perturb('run', folder, '--shard', '2/2', '--output', shardFolder(folder, 2));
    assert.equal(code, 0, stderr);
  },
  arguments: (folder) => ['merge', shardFolder(folder, 1), shardFolder(folder, 2), '--output', outputOf(folder)],
  outputs: (folder) => [outputOf(folder)],
  isRepeated: true,
  remember: (folder) => unchangedFiles([shardFolder(folder, 1), shardFolder(folder, 2)]),
};

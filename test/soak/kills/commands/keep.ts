import assert from 'node:assert/strict';
import { perturb } from '../../../support/program.ts';
import type { Command } from '../command.ts';
import { corpusOf, damageOf, keptLines } from '../corpus.ts';
import { outputOf } from './run.ts';

/** `perturb keep` of all tests, where the counterexamples of one are kept already. */
export const keep: Command = {
  basis: 'run',
  async prepare(folder) {
    const { code, stderr } = await perturb('keep', outputOf(folder), '--test', 'first');
    assert.equal(code, 0, stderr);
  },
  arguments: (folder) => ['keep', outputOf(folder)],
  outputs: (folder) => [corpusOf(folder)],
  faults: damageOf,
  remember: (folder) => keptLines(folder, 'counterexamples.jsonl'),
};

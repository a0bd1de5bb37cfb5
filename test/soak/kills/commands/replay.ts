import { cp, rm } from 'node:fs/promises';
import path from 'node:path';
import { demoFolder } from '../../../support/demoWorkspace.ts';
import type { Command } from '../command.ts';
import { corpusOf, damageOf, keptLines } from '../corpus.ts';
import { outputOf, run } from './run.ts';

/** A line without what --update-baseline may write into it. */
const plain = (line: string) => {
  const { fixed: _, ...rest } = JSON.parse(line);
  return JSON.stringify(rest);
};

/** `perturb run --update-baseline` with another model, on which kept counterexamples are tried. */
export const replay: Command = {
  ...run,
  basis: 'keep',
  async prepare(folder) {
    await rm(outputOf(folder), { recursive: true });
    await cp(path.join(demoFolder, 'models', 'camera'), path.join(folder, 'models', 'signs'), { recursive: true });
  },
  arguments: (folder) => [...run.arguments(folder), '--update-baseline'],
  again: async (folder) => [...((await run.again?.(folder)) ?? []), '--update-baseline'],
  outputs: (folder) => [outputOf(folder), corpusOf(folder)],
  faults: async (folder) => [...((await run.faults?.(folder)) ?? []), ...(await damageOf(folder))],
  async remember(folder) {
    const all = [
      await run.remember?.(folder),
      await keptLines(folder, 'counterexamples.jsonl', plain),
      await keptLines(folder, 'baseline.jsonl'),
    ];
    return async () => (await Promise.all(all.map((lost) => lost?.() ?? []))).flat();
  },
};

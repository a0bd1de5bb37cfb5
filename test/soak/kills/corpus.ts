import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readCounterexamples } from '../../../src/corpus/counterexample.ts';
import { robustnessFolder } from '../../../src/corpus/folder.ts';
import { describeError } from '../../../src/userError.ts';
import type { Lost } from './command.ts';

/** The folder of known counterexamples of a workspace. */
export const corpusOf = (folder: string) => path.join(folder, robustnessFolder);

/** What keeps the known counterexamples of a workspace from being read. */
export async function damageOf(folder: string): Promise<string[]> {
  return readCounterexamples(corpusOf(folder)).then(
    () => [],
    (error) => [describeError(error)],
  );
}

/**
 * Every line that a file of the corpus has now, byte for byte.
 * @param plain what of a line counts; all of it where it is missing.
 */
export async function keptLines(folder: string, name: string, plain = (line: string) => line): Promise<Lost> {
  const lines = async () => {
    const text = await readFile(path.join(corpusOf(folder), name), 'utf8').catch(() => '');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map(plain);
  };
  const before = await lines();
  return async () => {
    const after = new Set(await lines());
    return before.filter((line) => !after.has(line)).map((line) => `${name} has lost ${line.slice(0, 100)}`);
  };
}

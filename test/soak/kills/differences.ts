import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Command } from './command.ts';
import { filesIn } from './outputs.ts';

/** How the outputs of a command differ from those of one that was left alone. */
export async function differences(command: Command, folder: string, expected: string): Promise<string[]> {
  const faults: string[] = [];
  const others = command.outputs(expected);
  for (const [i, output] of command.outputs(folder).entries()) {
    const other = others[i] as string;
    const [names, wanted] = [await filesIn(output), await filesIn(other)];
    for (const name of names) if (!wanted.includes(name)) faults.push(`${name} is left over`);
    for (const name of wanted) {
      if (!names.includes(name)) faults.push(`${name} is missing`);
      else if (!(await isSame(path.join(output, name), path.join(other, name), folder, expected))) {
        faults.push(`${name} is not what it is undisturbed`);
      }
    }
  }
  return faults;
}

/** Files that say when they were made, or what of. */
const dated = /fingerprints\.json$|card\.md$/;

async function isSame(file: string, other: string, folder: string, otherFolder: string): Promise<boolean> {
  if (dated.test(file)) return true;
  const [bytes, otherBytes] = [await readFile(file), await readFile(other)];
  if (path.extname(file) === '.json') {
    const [value, otherValue] = [bytes, otherBytes].map((each) => JSON.parse(each.toString()));
    return isDeepStrictEqual(lasting(value, folder), lasting(otherValue, otherFolder));
  }
  if (path.extname(file) !== '.jsonl') return bytes.equals(otherBytes);
  const lines = (text: Buffer, at: string) => text.toString().replaceAll(at, 'FOLDER').split('\n').sort();
  return isDeepStrictEqual(lines(bytes, folder), lines(otherBytes, otherFolder));
}

/** Keys of values that are others in each run. */
const volatile = new Set(['time', 'profile', 'started', 'date', 'seconds', 'workspace', 'sha256', 'fingerprint']);

/** JSON without what differs from one run to the next. */
export function lasting(value: unknown, folder: string): unknown {
  const text = JSON.stringify(value, (key, each) => (volatile.has(key) ? undefined : each)) ?? 'null';
  return JSON.parse(text.replaceAll(folder, 'FOLDER'));
}

import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { decodeNpy } from '../../../src/data/npy.ts';
import { readNpz } from '../../../src/data/npz.ts';
import type { Lost } from './command.ts';

/** All files of a folder and of those in it, by their paths in it, in order; none where there is no folder. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return files.map((file) => path.relative(folder, file)).sort();
}

/** Names of files that take another one's place once they are whole, and of locks. */
const passing = /\.(new|partial|part)$|run\.lock/;

const parsers: Readonly<Record<string, (file: string) => Promise<unknown>>> = {
  '.json': async (file) => JSON.parse(await readFile(file, 'utf8')),
  '.png': (file) => sharp(file, { failOn: 'warning' }).raw().toBuffer(),
  '.npy': async (file) => decodeNpy(await readFile(file)),
  '.npz': (file) => readNpz(file),
  '.jsonl': async (file) => wholeLines(await readFile(file, 'utf8')).map((line) => JSON.parse(line)),
};

/** The files of a folder that are torn, with what their parser says. A last line without an end does not count. */
export async function tornFiles(folder: string): Promise<string[]> {
  const torn: string[] = [];
  for (const name of await filesIn(folder)) {
    if (passing.test(name)) continue;
    await parsers[path.extname(name)]?.(path.join(folder, name)).catch((error) => {
      torn.push(`${name} is torn: ${error instanceof Error ? error.message : error}`);
    });
  }
  return torn;
}

/** Lines that have an end. */
export function wholeLines(text: string): string[] {
  return text.split('\n').slice(0, -1);
}

/** Every file that folders have now, byte for byte. */
export async function unchangedFiles(folders: readonly string[]): Promise<Lost> {
  const contents = async () => {
    const files = (
      await Promise.all(folders.map(async (folder) => (await filesIn(folder)).map((name) => path.join(folder, name))))
    ).flat();
    return new Map(await Promise.all(files.map(async (file) => [file, await readFile(file)] as const)));
  };
  const before = await contents();
  return async () => {
    const after = await contents();
    return [...before].flatMap(([file, bytes]) =>
      after.get(file)?.equals(bytes) ? [] : [`${file} is not what it was`],
    );
  };
}

import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Rewrite } from './rewrite.ts';

const sources = new URL('../../src/', import.meta.url);
/** Inside of the project, so that a mutant finds the packages. */
const folders = new URL('../../.cache/mutants/', import.meta.url);
let made = 0;

/** What a file of `src` exports under a name, with a mistake in the file's source. @param file as in "models/open.ts". */
export async function rewrittenExport<T>(file: string, exported: string, [from, to]: Rewrite): Promise<T> {
  const place = new URL(file, sources);
  const source = await readFile(place, 'utf8');
  assert.equal(source.split(from).length, 2, `${file} no longer has "${from}" once: change this mutant with it`);
  const linked = source
    .replace(from, () => to)
    .replace(/from '(\.[^']*)'/g, (_, path) => `from '${new URL(path, place)}'`);
  const folder = new URL(`${process.pid}-file-${made++}/`, folders);
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(new URL('mutant.ts', folder), linked);
    const module: Record<string, T> = await import(new URL('mutant.ts', folder).href);
    return module[exported] as T;
  } finally {
    await rm(fileURLToPath(folder), { recursive: true });
  }
}

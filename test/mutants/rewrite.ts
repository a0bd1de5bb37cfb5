import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { AttackDefinition } from '../../src/attacks/definition.ts';

/** A piece of an attack's source that occurs once, and what a mutant has in its place. */
export type Rewrite = readonly [from: string, to: string];

/** Where something is that is no attack with a file of its own under its id. */
export interface Place {
  /** The folder below `src`; `attacks` where it is missing. */
  readonly folder?: string;
  /** The file that exports its definition, without `.ts`. */
  readonly file: string;
  readonly exported: string;
  /** The file to rewrite, where it is another one, which the first imports directly or not. */
  readonly part?: string;
}

const sources = new URL('../../src/', import.meta.url);
/** Inside of the project, so that a mutant finds the packages. */
const ownFolder = new URL(`../../.cache/mutants/${process.pid}/`, import.meta.url);
let made = 0;

// Not before: a mutant may import its parts when it is used.
process.once('exit', () => rmSync(fileURLToPath(ownFolder), { recursive: true, force: true }));

/** The attack with a mistake in its source: for mistakes that cannot be made from outside, as `meddle` makes them. */
export async function rewritten(attack: string | Place, rewrite: Rewrite): Promise<AttackDefinition> {
  return rewrittenPart<AttackDefinition>(
    typeof attack === 'string' ? { file: attack, exported: attack } : attack,
    rewrite,
  );
}

/** Whatever a file exports, with a mistake in its source. */
export async function rewrittenPart<T>(
  { folder = 'attacks', file, exported, part = file }: Place,
  [from, to]: Rewrite,
): Promise<T> {
  const home = new URL(`${folder}/`, sources);
  const source = await sourceOf(home, part);
  assert.equal(source.split(from).length, 2, `${part}.ts no longer has "${from}" once: change this mutant with it`);
  const copiesFolder = new URL(`${made++}/`, ownFolder);
  await mkdir(copiesFolder, { recursive: true });
  // Files between what is exported and the mistake are copied with it, so that they import each other; others are not.
  for (const copy of await waysTo(home, part, file)) {
    const text = copy === part ? source.replace(from, () => to) : await sourceOf(home, copy);
    const copies = await waysTo(home, part, copy);
    const linked = text.replace(/(from |import\()'(\.[^']*)'/g, (whole, keyword: string, path: string) =>
      copies.has(nameOf(path)) ? whole : `${keyword}'${new URL(path, home)}'`,
    );
    await writeFile(new URL(`${copy}.ts`, copiesFolder), linked);
  }
  const module: Record<string, T> = await import(new URL(`${file}.ts`, copiesFolder).href);
  return module[exported] as T;
}

/** Of the files that `file` imports and of itself, those by way of which it comes to `part`. */
async function waysTo(home: URL, part: string, file: string): Promise<ReadonlySet<string>> {
  if (file === part) return new Set([part]);
  const ways = new Set<string>();
  for (const [, path = ''] of (await sourceOf(home, file)).matchAll(/(?:from |import\()'(\.\/[^']*)'/g)) {
    for (const way of await waysTo(home, part, nameOf(path))) ways.add(way);
  }
  return ways.size > 0 ? ways.add(file) : ways;
}

function nameOf(path: string): string {
  return path.replace(/^\.\/(.*)\.ts$/, '$1');
}

function sourceOf(home: URL, file: string): Promise<string> {
  return readFile(new URL(`${file}.ts`, home), 'utf8');
}

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AttackDefinition } from '../../../src/attacks/attackDefinition.ts';

/** A piece of an attack's source that occurs once, and what a mutant has in its place. */
export type Rewrite = readonly [from: string, to: string];

/** Where something is that is no attack with a file of its own under its id. */
export interface Place {
  /** The folder below `src`; `attacks/gradient` where it is missing. */
  readonly folder?: string;
  /** The file that exports its definition, without `.ts`. */
  readonly file: string;
  readonly exported: string;
  /** The file to rewrite, where it is another one, which the first imports directly or not; also from the folder. */
  readonly part?: string;
}

const sources = new URL('../../../src/', import.meta.url);
/** Inside of the project, so that a mutant finds the packages. */
const ownFolder = new URL(`../../../.cache/mutants/${process.pid}/`, import.meta.url);
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
  { folder = 'attacks/gradient', file, exported, part = file }: Place,
  [from, to]: Rewrite,
): Promise<T> {
  const [whole, mistaken] = [file, part].map((name) => path.posix.join(folder, `${name}.ts`)) as [string, string];
  const source = await sourceOf(mistaken);
  assert.equal(source.split(from).length, 2, `${mistaken} no longer has "${from}" once: change this mutant with it`);
  const copiesFolder = new URL(`${made++}/`, ownFolder);
  // Files between what is exported and the mistake are copied with it, so that they import each other; others are not.
  const copies = await between(whole, mistaken);
  for (const copy of copies) {
    const text = copy === mistaken ? source.replace(from, () => to) : await sourceOf(copy);
    const linked = text.replace(importPattern, (statement, keyword: string, imported: string) => {
      const target = path.posix.join(path.posix.dirname(copy), imported);
      return copies.has(target) ? statement : `${keyword}'${new URL(target, sources)}'`;
    });
    const place = new URL(copy, copiesFolder);
    await mkdir(new URL('.', place), { recursive: true });
    await writeFile(place, linked);
  }
  const module: Record<string, T> = await import(new URL(whole, copiesFolder).href);
  return module[exported] as T;
}

const importPattern = /(from |import\()'(\.[^']*)'/g;

/** The files by way of which one file comes to import another, and the two themselves. */
async function between(whole: string, mistaken: string): Promise<ReadonlySet<string>> {
  const importers = new Map<string, string[]>();
  const waiting = [whole];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    for (const [, , imported = ''] of (await sourceOf(file)).matchAll(importPattern)) {
      const target = path.posix.join(path.posix.dirname(file), imported);
      const known = importers.get(target);
      if (known) known.push(file);
      else {
        importers.set(target, [file]);
        waiting.push(target);
      }
    }
  }
  const found = new Set([mistaken]);
  for (const file of found) for (const importer of importers.get(file) ?? []) found.add(importer);
  assert.ok(found.has(whole), `${whole} does not import ${mistaken}`);
  return found;
}

const texts = new Map<string, Promise<string>>();

function sourceOf(file: string): Promise<string> {
  const known = texts.get(file) ?? readFile(new URL(file, sources), 'utf8');
  texts.set(file, known);
  return known;
}

import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { AttackDefinition } from '../../src/attacks/definition.ts';

/** A piece of an attack's source that occurs once, and what a mutant has in its place. */
export type Rewrite = readonly [from: string, to: string];

/** Where an attack is that has no file of its own under its id. */
export interface Place {
  /** The file that exports its definition, without `.ts`. */
  readonly file: string;
  readonly exported: string;
  /** The file to rewrite, where it is another one, which the first imports directly or not. */
  readonly part?: string;
}

const attacks = new URL('../../src/attacks/', import.meta.url);
/** Inside of the project, so that a mutant finds the packages. */
const folders = new URL('../../.cache/mutants/', import.meta.url);
let made = 0;

/** The attack with a mistake in its source: for mistakes that cannot be made from outside, as `meddle` makes them. */
export async function rewritten(attack: string | Place, [from, to]: Rewrite): Promise<AttackDefinition> {
  const { file, exported, part = file } = typeof attack === 'string' ? { file: attack, exported: attack } : attack;
  const source = await sourceOf(part);
  assert.equal(source.split(from).length, 2, `${part}.ts no longer has "${from}" once: change this mutant with it`);
  const folder = new URL(`${process.pid}-${made++}/`, folders);
  await mkdir(folder, { recursive: true });
  try {
    // Files between the definition and the mistake are copied with it, so that they import each other; others are not.
    for (const copy of await waysTo(part, file)) {
      const text = copy === part ? source.replace(from, () => to) : await sourceOf(copy);
      const copies = await waysTo(part, copy);
      const linked = text.replace(/from '(\.[^']*)'/g, (whole, path: string) =>
        copies.has(nameOf(path)) ? whole : `from '${new URL(path, attacks)}'`,
      );
      await writeFile(new URL(`${copy}.ts`, folder), linked);
    }
    const module: Record<string, AttackDefinition> = await import(new URL(`${file}.ts`, folder).href);
    return module[exported] as AttackDefinition;
  } finally {
    await rm(fileURLToPath(folder), { recursive: true });
  }
}

/** Of the files that `file` imports and of itself, those by way of which it comes to `part`. */
async function waysTo(part: string, file: string): Promise<ReadonlySet<string>> {
  if (file === part) return new Set([part]);
  const ways = new Set<string>();
  for (const [, path = ''] of (await sourceOf(file)).matchAll(/from '(\.\/[^']*)'/g)) {
    for (const way of await waysTo(part, nameOf(path))) ways.add(way);
  }
  return ways.size > 0 ? ways.add(file) : ways;
}

function nameOf(path: string): string {
  return path.replace(/^\.\/(.*)\.ts$/, '$1');
}

function sourceOf(file: string): Promise<string> {
  return readFile(new URL(`${file}.ts`, attacks), 'utf8');
}

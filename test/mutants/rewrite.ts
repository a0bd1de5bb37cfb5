import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AttackDefinition } from '../../src/attacks/definition.ts';

/** A piece of an attack's source that occurs once, and what a mutant has in its place. */
export type Rewrite = readonly [from: string, to: string];

const attacks = new URL('../../src/attacks/', import.meta.url);
/** Inside of the project, so that a mutant finds the packages. */
const folder = new URL('../../.cache/mutants/', import.meta.url);
let made = 0;

/** The attack with a mistake in its source: for mistakes that cannot be made from outside, as `meddle` makes them. */
export async function rewritten(id: string, [from, to]: Rewrite): Promise<AttackDefinition> {
  const source = await readFile(new URL(`${id}.ts`, attacks), 'utf8');
  assert.equal(source.split(from).length, 2, `${id}.ts no longer has "${from}" once: change this mutant with it`);
  const mutant = source.replace(from, () => to).replaceAll("from '.", `from '${attacks}.`);
  const file = new URL(`${id}-${process.pid}-${made++}.ts`, folder);
  await mkdir(dirname(fileURLToPath(file)), { recursive: true });
  await writeFile(file, mutant);
  try {
    const module: Record<string, AttackDefinition> = await import(file.href);
    return module[id] as AttackDefinition;
  } finally {
    await rm(file);
  }
}

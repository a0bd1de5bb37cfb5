import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { inCodePointOrder } from '../data/codePointOrder.ts';
import { createFile } from '../data/createFile.ts';
import { readError } from '../data/fileErrors.ts';
import { makeFolderWithin } from '../data/ownFolder.ts';
import { replaceFile } from '../data/replaceFile.ts';
import { UserError } from '../userError.ts';

/** The version of the format of every line; lines of other versions are refused. */
const version = 1;

/** Begins a line that git leaves where it could not merge. */
const conflictMarker = /^(<{7}|\|{7}|={7}|>{7})( |$)/;

/** Git keeps the lines of both sides where two branches add some at the same place: their order means nothing. */
const attributes = '*.jsonl text eol=lf merge=union\n';

/** A file that is committed: one JSON object a line, in an order of their own, so that branches merge. */
export interface LinesFile<T> {
  readonly name: string;
  readonly schema: TSchema;
  /** What tells lines apart, and orders them. */
  keyOf(line: T): string;
  /** Which of two different lines with the same key is to count: two branches may each have one. */
  choose(a: T, b: T): T;
}

/**
 * The lines of a file in a folder, each key once; none where there is no file.
 * @throws UserError naming the line that is torn, of another version, or a conflict marker, and what to do about it:
 * nothing is left out.
 */
export async function readLines<T>(folder: string, { name, schema, keyOf, choose }: LinesFile<T>): Promise<T[]> {
  const file = path.join(folder, name);
  const text = await readFile(file, 'utf8').catch((error) => {
    if (error.code === 'ENOENT') return '';
    throw readError(file, error);
  });
  validators[name] ??= Compile(schema);
  const found = new Map<string, T>();
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const read = parseLine(line.replace(/\r$/, ''), `${file}, line ${i + 1},`, validators[name]) as T;
    const key = keyOf(read);
    const known = found.get(key);
    found.set(key, known === undefined ? read : choose(known, read));
  }
  return [...found.values()];
}

/** Compiled once: that takes longer than many a file. */
const validators: Record<string, Validator> = {};

function parseLine(line: string, place: string, validator: Validator): unknown {
  if (conflictMarker.test(line)) {
    throw new UserError(
      `${place} is a conflict marker of a merge. Keep the lines of both sides, in any order, and remove the lines with markers.`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new UserError(`${place} is not whole; a merge or an editor may have torn it. ${remedy}`);
  }
  const { version: found, ...rest } = Object(value) as Record<string, unknown>;
  if (found !== version) {
    const stated = found === undefined ? 'states no format version' : `has format version ${JSON.stringify(found)}`;
    throw new UserError(
      `${place} ${stated}, and this version of Perturb reads version ${version}. Update Perturb, or restore the line.`,
    );
  }
  if (validator.Check(rest)) return rest;
  const [first] = validator.Errors(rest);
  throw new UserError(`${place} is damaged: ${first?.instancePath.slice(1) || 'it'} ${first?.message}. ${remedy}`);
}

const remedy = 'Restore it from version control, or remove the line if it is no longer wanted.';

/**
 * Writes lines in the order of their keys, and beside them, if there is none, what tells git how to merge them.
 * @throws UserError when the folder cannot be written, or leads elsewhere.
 */
export async function writeLines<T extends object>(
  folder: string,
  { name, keyOf }: LinesFile<T>,
  lines: readonly T[],
): Promise<void> {
  await makeFolderWithin(path.dirname(folder), path.basename(folder));
  await createFile(path.join(folder, '.gitattributes'), attributes);
  const sorted = inCodePointOrder(lines, keyOf);
  await replaceFile(path.join(folder, name), sorted.map(lineOf).join(''));
}

function lineOf(line: object): string {
  return `${JSON.stringify({ ...line, version })}\n`;
}

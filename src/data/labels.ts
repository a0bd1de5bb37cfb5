import { readFile } from 'node:fs/promises';
import { UserError } from '../userError.ts';
import { readError } from './fileErrors.ts';
import { firstFew } from './firstFew.ts';
import { nearestName } from './nearestName.ts';

/**
 * The class names of a model from a text file, one a line in the order of the model's outputs. Spaces around a name,
 * a byte order mark, Windows line ends and blank lines at the end do not count.
 *
 * @throws UserError when the file cannot be read, is empty, has a blank line inside, or names a class twice.
 */
export async function readLabels(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((error) => {
    throw readError(file, error);
  });
  // Trimming takes the byte order mark and carriage returns away, too.
  const lines = text.trimEnd();
  if (lines === '') {
    throw new UserError(`The labels file ${file} is empty. Write one class name a line, in the order of the outputs.`);
  }

  const names = lines.split('\n').map((line) => line.trim());
  const lineOf = new Map<string, number>();
  const problems: string[] = [];
  for (const [index, name] of names.entries()) {
    const line = index + 1;
    const earlier = lineOf.get(name);
    if (name === '') problems.push(`line ${line} is blank`);
    else if (earlier !== undefined) problems.push(`lines ${earlier} and ${line} are both "${name}"`);
    else lineOf.set(name, line);
  }
  if (problems.length > 0) {
    const remedy = 'Give every class a name of its own, one a line.';
    throw new UserError(`The labels file ${file} does not name the classes: ${firstFew(problems, '; ')}. ${remedy}`);
  }
  return names;
}

/**
 * The class index of every label that a dataset uses. A label is the name of a class; or that in other letter case;
 * or, for classes like "n01440764 tench, Tinca tinca", the WordNet id or the name after it; or, when it is no name
 * at all, the index of a class as a decimal number.
 *
 * @param remedy what to change when a label is unknown, up to "…, to the name of a class"
 * @throws UserError when a label matches no class, or more than one equally well.
 */
export function matchLabels(
  names: Iterable<string>,
  classes: readonly string[],
  remedy = 'Rename the class folder, or the label in the CSV file',
): Map<string, number> {
  const wordNet = classes.map((name) => /^(n\d{8})\s+(.+)$/.exec(name));
  const wordNetNames = wordNet.map((match) => match?.[2]);
  const exact = indexOfUnique(classes);
  const looser = [classes, wordNet.map((match) => match?.[1]), wordNetNames].map((names) =>
    indexOfUnique(names.map((name) => name?.toLowerCase())),
  );

  function find(label: string): number | undefined {
    const matches = [exact.get(label), ...looser.map((indexOf) => indexOf.get(label.toLowerCase()))];
    const named = matches.find((index) => index !== undefined);
    if (named !== undefined) return named;
    return /^\d+$/.test(label) && Number(label) < classes.length ? Number(label) : undefined;
  }

  const found = new Map<string, number>();
  const unknown = new Set<string>();
  for (const label of names) {
    const index = find(label);
    if (index === undefined) unknown.add(label);
    else found.set(label, index);
  }
  if (unknown.size > 0) {
    const known = [...classes, ...wordNetNames.filter((name) => name !== undefined)];
    throw new UserError(
      `The model has no class named ${firstFew([...unknown].map((label) => suggest(label, known)))}. ` +
        `${remedy}, to the name of a class of the model or to its index (0 to ${classes.length - 1}).`,
    );
  }
  return found;
}

/** The place of every name that occurs once; a name that stands for two classes stands for neither. */
function indexOfUnique(names: readonly (string | undefined)[]): Map<string, number> {
  const indexOf = new Map<string, number>();
  const repeated = new Set<string>();
  for (const [index, name] of names.entries()) {
    if (name === undefined) continue;
    if (indexOf.has(name)) repeated.add(name);
    indexOf.set(name, index);
  }
  for (const name of repeated) indexOf.delete(name);
  return indexOf;
}

function suggest(label: string, known: readonly string[]): string {
  const meant = nearestName(label, known);
  return meant === undefined ? `"${label}"` : `"${label}" (did you mean "${meant}"?)`;
}

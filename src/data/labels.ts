import { UserError } from '../userError.ts';
import { firstFew } from './firstFew.ts';
import { nearestName } from './nearestName.ts';

/**
 * The class index of each label that a dataset uses (`findLabel`).
 *
 * @param remedy what to change when a label is unknown, up to "…, to the name of a class"
 * @throws UserError when a label matches no class, or more than one equally well.
 */
export function matchLabels(labels: Iterable<string>, classes: readonly string[], remedy: string): Map<string, number> {
  const all = [...new Set(labels)];
  // Where one label does not tell whether numbers in labels count from 0 or from 1, the others may.
  const firsts = [0, 1].filter((first) => {
    const findFrom = finderOf(classes, [first]);
    return all.every((label) => findFrom(label) !== undefined);
  });
  const find = finderOf(classes, firsts.length === 1 ? firsts : undefined);
  const found = new Map<string, number>();
  const unknown = new Set<string>();
  const ambiguous: string[] = [];
  for (const label of all) {
    const index = find(label);
    if (typeof index === 'number') found.set(label, index);
    else if (index === undefined) unknown.add(label);
    else ambiguous.push(`"${label}" (${firstFew(index.map(String))})`);
  }
  const target = `to the name of a class of the model or to its index (0 to ${classes.length - 1})`;
  if (ambiguous.length > 0) {
    throw new UserError(
      `The model has several classes named ${firstFew(ambiguous)}. ${remedy}, to the index of the intended one.`,
    );
  }
  if (unknown.size > 0) {
    const known = [...classes, ...classes.flatMap((name) => wordNetParts(name)?.name ?? [])];
    const words = firstFew([...unknown].map((label) => suggest(label, known)));
    throw new UserError(`The model has no class named ${words}. ${remedy}, ${target}.`);
  }
  return found;
}

/** The labels that match no class, or more than one equally well (`findLabel`), each once, in their order. */
export function unknownLabels(labels: Iterable<string>, classes: readonly string[]): string[] {
  const find = finderOf(classes);
  return [...new Set(labels)].filter((label) => typeof find(label) !== 'number');
}

/**
 * The index of the class that a label means. A label is the name of a class, also in another letter case or Unicode
 * form, or with underscores or hyphens for spaces and slashes; or, for classes like "n01440764 tench, Tinca tinca" and
 * "tench (n01440764)", the WordNet id or the name beside it; or a name beside its index from 0 or 1 on, as in "0 red" or
 * "red 1"; or, if it is not a name at all, the index of a class as a decimal number ("3", "003", "3.0", "3,0"). If names
 * are numbers themselves, a number is never an index.
 * @returns `undefined` for a label that matches no class, or more than one.
 */
export function findLabel(label: string, classes: readonly string[]): number | undefined {
  const found = finderOf(classes)(label);
  return typeof found === 'number' ? found : undefined;
}

/** The index that a label means, or all that it could mean. */
type Finder = (label: string) => number | readonly number[] | undefined;

const number = /^(\d+)(?:[.,]0*)?$/;

/** "3 cat", "003.cat" */
const indexFirst = /^(?<index>\d+)[\s:,;._-]+(?<name>\S.*)$/;
/** "cat 3", "cat_3" */
const indexLast = /^(?<name>\S.*?)[\s:,;._-]+(?<index>\d+)$/;

/** @param firsts the first index, where labels have names beside indices: 0, 1, or either. */
function finderOf(classes: readonly string[], firsts: readonly number[] = [0, 1]): Finder {
  const wordNet = classes.map(wordNetParts);
  const exact = placesOf(classes.map(composed));
  const looser = [
    placesOf(classes.map(folded)),
    placesOf(wordNet.map((parts) => parts?.id)),
    placesOf(wordNet.map((parts) => parts && folded(parts.name))),
  ];
  // "traffic_light" and "traffic-light" avoid the space in "traffic light".
  const words = placesOf(wordNet.map((parts, i) => spaced(parts?.name ?? (classes[i] as string))));
  const areNumbers = classes.every((name) => number.test(name));
  const numbers = placesOf(classes.map((name) => (areNumbers ? numberIn(name) : undefined)));

  return function find(label) {
    const places = [
      exact.get(composed(label)),
      ...looser.map((placeOf) => placeOf.get(folded(label))),
      words.get(spaced(label)),
    ];
    const named = places.find((found) => found?.length === 1) ?? places.find((found) => found !== undefined);
    if (named !== undefined) return named.length === 1 ? named[0] : named;
    const value = numberIn(label);
    if (areNumbers) return value === undefined ? undefined : numbers.get(value)?.[0];
    if (value !== undefined) return Number(value) < classes.length ? Number(value) : undefined;
    const { index, name } = (indexFirst.exec(label) ?? indexLast.exec(label))?.groups ?? {};
    if (name === undefined) return undefined;
    const fitting = firsts
      .map((first) => Number(index) - first)
      .filter((place) => folded(classes[place] ?? '') === folded(name));
    return fitting.length > 1 ? fitting : fitting[0];
  };
}

/** A name in lower case, its words separated by single spaces. */
function spaced(text: string): string {
  return folded(text).replace(/[\s_/-]+/g, ' ');
}

/** The digits of a whole number without leading zeros; `undefined` for other text. */
function numberIn(text: string): string | undefined {
  const [, digits] = number.exec(text) ?? [];
  return digits?.replace(/^0+(?=\d)/, '');
}

/** One of the ways to encode an accented letter: macOS uses another one in folder names. */
function composed(text: string): string {
  return text.normalize('NFC').trim();
}

function folded(text: string): string {
  return composed(text).toLowerCase();
}

function wordNetParts(text: string): { readonly id: string; readonly name: string } | undefined {
  const parts = /^(?<id>n\d{8})[\s,:;_-]+(?<name>.+)$/.exec(text) ?? /^(?<name>.+) \((?<id>n\d{8})\)$/.exec(text);
  const { id, name } = parts?.groups ?? {};
  return id === undefined || name === undefined ? undefined : { id, name };
}

/** The places of every name. */
function placesOf(names: readonly (string | undefined)[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [index, name] of names.entries()) {
    if (name === undefined) continue;
    const found = places.get(name);
    if (found) found.push(index);
    else places.set(name, [index]);
  }
  return places;
}

function suggest(label: string, known: readonly string[]): string {
  const meant = nearestName(label, known);
  return meant === undefined ? `"${label}"` : `"${label}" (did you mean "${meant}"?)`;
}

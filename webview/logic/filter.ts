import type { State } from '../../src/corpus/states.ts';
import type { Status } from '../../src/evaluation/metrics.ts';
import type { Item } from './item.ts';

/** Every status, the most informative first. */
export const statuses = [
  'fooled',
  'held',
  'undecided',
  'wrong',
  'rejected',
  'ineligible',
] as const satisfies readonly Status[];

/** Which examples the gallery shows; `null`, or an empty name, lets all through. */
export interface Filter {
  readonly status: Status | null;
  readonly label: string | null;
  readonly epsilon: number | null;
  /** The predicted classes before and after the attack. */
  readonly change: ClassChange | null;
  /** What the known counterexample of its image came to. */
  readonly known: State | null;
  /** A part of the name of the file or its folder, or of a class, in any case. */
  readonly name: string;
}

/** The predicted classes before and after an attack. */
export interface ClassChange {
  readonly before: string;
  readonly after: string;
}

export const everything: Filter = { status: null, label: null, epsilon: null, change: null, known: null, name: '' };

/** How many examples each choice of a filter would show, given the other filters. */
export interface Facets {
  readonly status: ReadonlyMap<Status | null, number>;
  readonly label: ReadonlyMap<string | null, number>;
  readonly epsilon: ReadonlyMap<number | null, number>;
  /** `undefined` is the key of those that have no known counterexample. */
  readonly known: ReadonlyMap<State | null | undefined, number>;
}

/** The examples that a filter lets through, in the order they come in. */
export function filterItems(items: readonly Item[], filter: Filter): Item[] {
  return items.filter((item) => passes(item, filter));
}

/** Counts the choices of every filter. */
export function countFacets(items: readonly Item[], filter: Filter): Facets {
  const without = (part: keyof Filter) => filterItems(items, { ...filter, [part]: everything[part] });
  return {
    status: count(without('status'), ({ example }) => example.status),
    label: count(without('label'), ({ example }) => example.label),
    epsilon: count(without('epsilon'), ({ example }) => example.epsilon ?? null),
    // Each counts where its own state is chosen, and among all where it is shown with all.
    known: count(
      items.filter((item) => passes(item, { ...filter, known: item.known?.state ?? null })),
      ({ known }) => known?.state,
    ).set(null, without('known').length),
  };
}

/** The predicted classes of an example before and after the attack; the same if it was not attacked. */
export function changeOf({ example: { clean, adversarial } }: Item): ClassChange {
  return { before: clean.class, after: (adversarial ?? clean).class };
}

/** The distinct labels, sorted by name. */
export function labelsOf(items: readonly Item[]): string[] {
  return [...new Set(items.map(({ example }) => example.label))].sort((a, b) =>
    a.localeCompare(b, undefined, { numeric: true }),
  );
}

/** The distinct budgets, the smallest first. */
export function epsilonsOf(items: readonly Item[]): number[] {
  const epsilons = items.flatMap(({ example: { epsilon } }) => (epsilon === undefined ? [] : [epsilon]));
  return [...new Set(epsilons)].sort((a, b) => a - b);
}

function passes(item: Item, { status, label, epsilon, change, known, name }: Filter): boolean {
  const { example } = item;
  if (status !== null && example.status !== status) return false;
  if (label !== null && example.label !== label) return false;
  if (epsilon !== null && example.epsilon !== epsilon) return false;
  if (known !== null && item.known?.state !== known) return false;
  // What is no image of the test is shown among its known counterexamples alone.
  if (known === null && example.isOutside) return false;
  if (change !== null && !isSame(changeOf(item), change)) return false;
  return name === '' || item.names.includes(name.trim().toLowerCase());
}

function isSame(a: ClassChange, b: ClassChange): boolean {
  return a.before === b.before && a.after === b.after;
}

function count<T>(items: readonly Item[], key: (item: Item) => T): Map<T | null, number> {
  const counts = new Map<T | null, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts.set(null, items.length);
}

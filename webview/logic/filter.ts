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

/** Which examples the gallery shows; `null` lets all through. */
export interface Filter {
  readonly status: Status | null;
  readonly label: string | null;
  readonly epsilon: number | null;
}

export const everything: Filter = { status: null, label: null, epsilon: null };

/** How many examples each choice of a filter would show, given the other two filters. */
export interface Facets {
  readonly status: ReadonlyMap<Status | null, number>;
  readonly label: ReadonlyMap<string | null, number>;
  readonly epsilon: ReadonlyMap<number | null, number>;
}

/** The examples that a filter lets through, in the order they come in. */
export function filterItems(items: readonly Item[], filter: Filter): Item[] {
  return items.filter((item) => passes(item, filter, 'status', 'label', 'epsilon'));
}

/** Counts the choices of every filter. */
export function countFacets(items: readonly Item[], filter: Filter): Facets {
  return {
    status: count(
      items.filter((item) => passes(item, filter, 'label', 'epsilon')),
      ({ example }) => example.status,
    ),
    label: count(
      items.filter((item) => passes(item, filter, 'status', 'epsilon')),
      ({ example }) => example.label,
    ),
    epsilon: count(
      items.filter((item) => passes(item, filter, 'status', 'label')),
      ({ example }) => example.epsilon ?? null,
    ),
  };
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

function passes({ example }: Item, filter: Filter, ...keys: (keyof Filter)[]): boolean {
  return keys.every((key) => filter[key] === null || filter[key] === example[key]);
}

function count<T>(items: readonly Item[], key: (item: Item) => T): Map<T | null, number> {
  const counts = new Map<T | null, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts.set(null, items.length);
}

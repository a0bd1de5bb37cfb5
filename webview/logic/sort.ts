import type { Item } from './item.ts';

/** The orders that the gallery knows. */
export const orders = ['original', 'nearest', 'farthest', 'surest', 'unsurest'] as const;
export type Order = (typeof orders)[number];

const keys: Record<Exclude<Order, 'original'>, (item: Item) => number> = {
  nearest: ({ distance }) => distance,
  // Examples that held have no distance, so they stand last in either direction.
  farthest: ({ distance }) => (Number.isFinite(distance) ? -distance : Infinity),
  surest: ({ confidence }) => -confidence,
  unsurest: ({ confidence }) => confidence,
};

/** The examples in an order; equal ones keep theirs. */
export function sortItems(items: readonly Item[], order: Order): readonly Item[] {
  if (order === 'original') return items;
  const key = keys[order];
  return items.toSorted((a, b) => compare(key(a), key(b)));
}

/** Infinity − Infinity is no order. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

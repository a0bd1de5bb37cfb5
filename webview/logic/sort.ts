import type { Item } from './item.ts';

/** The sort orders of the gallery. */
export const orders = ['original', 'nearest', 'farthest', 'surest', 'unsurest'] as const;
export type Order = (typeof orders)[number];

const keys: Record<Exclude<Order, 'original'>, (item: Item) => number> = {
  nearest: ({ distance }) => distance,
  // Examples that held have no distance, so they come last in either direction.
  farthest: ({ distance }) => (Number.isFinite(distance) ? -distance : Infinity),
  surest: ({ confidence }) => -confidence,
  unsurest: ({ confidence }) => confidence,
};

/** The examples in a given order; the sort is stable. */
export function sortItems(items: readonly Item[], order: Order): readonly Item[] {
  if (order === 'original') return items;
  const key = keys[order];
  return items.toSorted((a, b) => compare(key(a), key(b)));
}

/** Infinity − Infinity is NaN, which is not an order. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/**
 * At most `limit` of the items, drawn as evenly from the labels as their numbers allow, in their original order.
 * The same arguments always draw the same items; which labels get the leftover is up to the seed (an integer) too,
 * so that no label is favored for its place in the alphabet.
 */
export function sample<T>(
  items: readonly T[],
  labelOf: (item: T) => string | number | undefined,
  limit: number,
  seed: number,
): T[] {
  if (limit >= items.length) return [...items];
  const random = xoroshiro128plus(seed);

  function shuffle<U>(array: U[]): U[] {
    for (let i = array.length - 1; i > 0; i--) {
      const j = uniformInt(random, 0, i);
      [array[i], array[j]] = [array[j] as U, array[i] as U];
    }
    return array;
  }

  const groups = new Map<string | number | undefined, number[]>();
  for (const [index, item] of items.entries()) {
    const label = labelOf(item);
    const group = groups.get(label);
    if (group) group.push(index);
    else groups.set(label, [index]);
  }
  const piles = shuffle([...groups.values()].map(shuffle));

  // One from every pile that still has some, round after round.
  const drawn = new Set<number>();
  for (let round = 0; drawn.size < limit; round++) {
    for (const pile of piles) {
      const index = pile[round];
      if (index !== undefined && drawn.size < limit) drawn.add(index);
    }
  }
  return items.filter((_, index) => drawn.has(index));
}

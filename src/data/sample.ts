import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Sampling } from './source.ts';

/**
 * At most `limit` of the items, in their original order: as even numbers of each label as possible or, if the sampling
 * is proportional, the same share of each label, up to one item (the largest remainder method). The same arguments
 * always draw the same items; the seed (an integer) also decides which labels get the leftover, so that no label is
 * favored for its place in the alphabet.
 */
export function sample<T>(
  items: readonly T[],
  labelOf: (item: T) => string | number | undefined,
  limit: number,
  seed: number,
  sampling: Sampling = 'even',
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

  if (sampling === 'proportional') {
    const share = limit / items.length;
    const quotas = piles.map((pile) => Math.floor(pile.length * share));
    // The shuffled order decides among equal remainders.
    const byRemainder = piles
      .map((pile, i) => ({ i, remainder: (pile.length * limit) % items.length }))
      .sort((a, b) => b.remainder - a.remainder);
    const left = limit - quotas.reduce((sum, quota) => sum + quota, 0);
    for (const { i } of byRemainder.slice(0, left)) quotas[i] = (quotas[i] as number) + 1;
    const chosen = new Set(piles.flatMap((pile, i) => pile.slice(0, quotas[i])));
    return items.filter((_, index) => chosen.has(index));
  }

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

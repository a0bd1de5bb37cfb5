import { createHash } from 'node:crypto';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/**
 * The randomness of one part of a training. It follows from the seed and its purpose, so a resumed training has nothing
 * to restore.
 */
export function randomnessOf(seed: number, purpose: string, count = 0): RandomGenerator {
  return xoroshiro128plus(createHash('sha256').update(`${seed} ${purpose} ${count}`).digest().readInt32LE());
}

/** The numbers from 0 to `count − 1` in random order. */
export function permutation(count: number, random: RandomGenerator): number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const chosen = uniformInt(random, 0, last);
    [order[last], order[chosen]] = [order[chosen] as number, order[last] as number];
  }
  return order;
}

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/** A stream of random numbers that depends on nothing but its seeds. */
export class Random {
  private readonly generator: RandomGenerator;

  constructor(...seeds: number[]) {
    // Neighbouring seeds start xoroshiro in neighbouring states, so they are scattered first.
    this.generator = xoroshiro128plus(seeds.reduce((hash, seed) => scatter(hash ^ seed), 0x9e3779b9));
  }

  between(low: number, high: number): number {
    return low + uniformFloat64(this.generator) * (high - low);
  }

  /** From 0 to `count - 1`. */
  below(count: number): number {
    return uniformInt(this.generator, 0, count - 1);
  }

  chance(probability: number): boolean {
    return uniformFloat64(this.generator) < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** Standard normal, by the Box-Muller transform. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(this.generator)));
    return radius * Math.cos(2 * Math.PI * uniformFloat64(this.generator));
  }

  /** The numbers from 0 to `count - 1`, in random order. */
  permutation(count: number): number[] {
    const order = Array.from({ length: count }, (_, index) => index);
    for (let last = count - 1; last > 0; last--) {
      const chosen = this.below(last + 1);
      [order[last], order[chosen]] = [order[chosen] as number, order[last] as number];
    }
    return order;
  }
}

/** The finalizer of MurmurHash3. */
function scatter(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

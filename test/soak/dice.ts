import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { mersenne } from 'pure-rand/generator/mersenne';

/** Random choices that follow from a seed. */
export class Dice {
  // Of others, seeds that lie side by side give the same first numbers.
  readonly #random;

  constructor(seed: number) {
    this.#random = mersenne(seed);
  }

  /** A whole number from 0 up to, but not including, an end. */
  below(end: number): number {
    return uniformInt(this.#random, 0, end - 1);
  }

  /** One of a list, which must not be empty. */
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

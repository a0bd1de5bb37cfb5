import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/** Values that are uniformly distributed in [−1, 1). */
export function uniformVector(size: number, random: RandomGenerator): Float64Array {
  const vector = new Float64Array(size);
  for (let i = 0; i < size; i++) vector[i] = 2 * uniformFloat64(random) - 1;
  return vector;
}

/** Normally distributed values; as they are by default, the vector has any direction alike. */
export function normalVector(size: number, random: RandomGenerator, mean = 0, deviation = 1): Float64Array {
  const vector = new Float64Array(size);
  for (let i = 0; i < size; i++) vector[i] = mean + deviation * normal(random);
  return vector;
}

/** Exponentially distributed values of mean 1. */
export function exponentialVector(size: number, random: RandomGenerator): Float64Array {
  const vector = new Float64Array(size);
  for (let i = 0; i < size; i++) vector[i] = exponential(random);
  return vector;
}

/** Values that are 1 or −1, each as often as the other. */
export function signVector(size: number, random: RandomGenerator): Float64Array {
  const vector = new Float64Array(size);
  for (let i = 0; i < size; i++) vector[i] = uniformInt(random, 0, 1) ? 1 : -1;
  return vector;
}

/** A number of the exponential distribution of mean 1. */
export function exponential(random: RandomGenerator): number {
  // From (0, 1]: the logarithm of 0 is no number to go on with.
  return -Math.log(1 - uniformFloat64(random));
}

/** A number of the standard normal distribution (Box & Muller 1958). */
export function normal(random: RandomGenerator): number {
  return Math.sqrt(2 * exponential(random)) * Math.cos(2 * Math.PI * uniformFloat64(random));
}

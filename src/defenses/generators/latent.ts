import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Pixels } from '../../data/image.ts';
import { normalVector } from '../../geometry/randomVector.ts';

/** What a generator draws an image of a class from: normally distributed numbers, and after them the class, one-hot. */
export function latentVector(latent: number, label: number, classes: number, random: RandomGenerator): Float32Array {
  const vector = new Float32Array(latent + classes);
  vector.set(normalVector(latent, random));
  vector[latent + label] = 1;
  return vector;
}

/** The image that a generator's output stands for: σ of each value. */
export function sampleOf(output: Float32Array): Pixels {
  return output.map((value) => 1 / (1 + Math.exp(-value)));
}

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Budget } from './budget.ts';
import { type ConvexNorm, lengthOf } from './norms.ts';
import { exponential, exponentialVector, normalVector, uniformVector } from './randomVector.ts';
import { addScaled, scaled } from './vector.ts';

/** A uniformly distributed random point of the ball ‖x′ − x‖ ≤ ε around an image, before the range is heeded. */
export function randomPoint(
  image: Float32Array,
  { norm, epsilon }: Budget<ConvexNorm>,
  random: RandomGenerator,
): Float32Array {
  return addScaled(image, unitBall[norm](image.length, random), epsilon);
}

/**
 * A random point of the sphere ‖x′ − x‖ = ε around an image, before the range is heeded: a vector that is uniform in linf
 * and normally distributed otherwise, brought to that length.
 */
export function randomSpherePoint(
  image: Float32Array,
  { norm, epsilon }: Budget<ConvexNorm>,
  random: RandomGenerator,
): Float32Array {
  const direction = (norm === 'linf' ? uniformVector : normalVector)(image.length, random);
  return addScaled(image, direction, epsilon / lengthOf(direction, norm));
}

/** Uniform in the unit ball of each norm, in `size` dimensions. */
const unitBall = {
  linf: uniformVector,

  /** A normally distributed vector has any direction alike; a ball of radius r has r^d of the unit ball's volume. */
  l2(size: number, random: RandomGenerator): Float64Array {
    const direction = normalVector(size, random);
    return scaled(direction, uniformFloat64(random) ** (1 / size) / lengthOf(direction, 'l2'));
  },

  /** d of d + 1 exponential variables over the sum of all, with random signs (Barthe, Guédon, Mendelson & Naor 2005). */
  l1(size: number, random: RandomGenerator): Float64Array {
    const point = exponentialVector(size, random);
    let sum = exponential(random);
    for (let i = 0; i < size; i++) sum += point[i] as number;
    for (let i = 0; i < size; i++) {
      const value = point[i] as number;
      point[i] = (uniformFloat64(random) < 0.5 ? -value : value) / sum;
    }
    return point;
  },
};

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Budget } from '../attacks/definition.ts';
import type { Pixels } from '../data/image.ts';
import { addScaled, euclideanNorm } from './norms.ts';

/** A uniformly distributed random point of the ball ‖x′ − x‖ ≤ ε around an image, before the range is heeded. */
export function randomPoint(
  image: Pixels,
  { norm, epsilon }: Budget<'linf' | 'l2' | 'l1'>,
  random: RandomGenerator,
): Pixels {
  return addScaled(image, unitBall[norm](image.length, random), epsilon);
}

/** Uniform in the unit ball of each norm, in `size` dimensions. */
const unitBall = {
  linf: (size: number, random: RandomGenerator) => draw(size, () => 2 * uniformFloat64(random) - 1),

  /** A normally distributed vector has any direction alike; a ball of radius r has r^d of the unit ball's volume. */
  l2(size: number, random: RandomGenerator) {
    const direction = draw(size, () => normal(random));
    const factor = uniformFloat64(random) ** (1 / size) / euclideanNorm(direction);
    return direction.map((value) => value * factor);
  },

  /** d of d + 1 exponential variables over the sum of all, with random signs (Barthe, Guédon, Mendelson & Naor 2005). */
  l1(size: number, random: RandomGenerator) {
    const sizes = draw(size, () => exponential(random));
    const sum = sizes.reduce((a, b) => a + b, exponential(random));
    return sizes.map((value) => (uniformFloat64(random) < 0.5 ? -value : value) / sum);
  },
};

function draw(size: number, value: () => number): Float64Array {
  return Float64Array.from({ length: size }, value);
}

function exponential(random: RandomGenerator): number {
  // From (0, 1]: the logarithm of 0 is no number to go on with.
  return -Math.log(1 - uniformFloat64(random));
}

/** A number of the standard normal distribution (Box & Muller 1958). */
export function normal(random: RandomGenerator): number {
  return Math.sqrt(2 * exponential(random)) * Math.cos(2 * Math.PI * uniformFloat64(random));
}

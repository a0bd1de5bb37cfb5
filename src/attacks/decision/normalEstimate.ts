import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Pixels } from '../../data/image.ts';
import { lengthOf } from '../../geometry/norms.ts';
import { clip } from '../../geometry/range.ts';
import { accumulate, addScaled, scaled, subtract } from '../../geometry/vector.ts';
import { type Asking, decisions } from '../dialogue.ts';
import { type Goal, isReachedBy } from '../goal.ts';

/** Values change by at least so much on average: float32 loses what is less. */
const leastChange = 2 ** -20;

/** How the boundary is felt out around a point. */
export interface Probing {
  readonly goal: Goal;
  readonly random: RandomGenerator;
  /** Number of directions, of a query each. */
  readonly count: number;
  /** How far the probes are in l2. */
  readonly radius: number;
  /** A random direction of any length. */
  direction(size: number, random: RandomGenerator): Float64Array;
}

/**
 * The direction of length 1 in l2 in which the goal is reached around a point of the boundary: the mean of random
 * directions, those where it is reached less those where it is not, by how much more often than on average (Chen, Jordan &
 * Wainwright 2020, arXiv:1904.02144, equations 10 and 16). Zero where it says nothing.
 */
export function* normalEstimate(
  point: Pixels,
  { goal, random, count, radius, direction }: Probing,
): Asking<Float64Array> {
  const length = Math.max(radius, leastChange * Math.sqrt(point.length));
  const probes = Array.from({ length: count }, () => {
    const u = direction(point.length, random);
    return clip(addScaled(point, u, length / lengthOf(u, 'l2')));
  });
  const signs = (yield* decisions(probes)).map((answer) => (isReachedBy(goal, answer) ? 1 : -1));
  const mean = signs.reduce((sum, sign) => sum + sign, 0) / signs.length;
  const normal = new Float64Array(point.length);
  for (const [i, sign] of signs.entries()) {
    // Where all are alike, there is no average to compare with.
    accumulate(normal, subtract(probes[i] as Pixels, point), Math.abs(mean) === 1 ? sign : sign - mean);
  }
  return scaled(normal, 1 / (lengthOf(normal, 'l2') || 1));
}

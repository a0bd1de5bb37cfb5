import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { Pixels } from '../../data/image.ts';
import type { Budget } from '../../geometry/budget.ts';
import { uniformVector } from '../../geometry/randomVector.ts';
import { addScaled } from '../../geometry/vector.ts';

/**
 * A random point around another, each value of which is up to so many epsilons away. In l2, where an epsilon is the length
 * of all together, it is the share of it that a value has where all change alike.
 */
export function neighborOf(x: Pixels, epsilons: number, { norm, epsilon }: Budget, random: RandomGenerator): Pixels {
  const perValue = norm === 'l2' ? epsilon / Math.sqrt(x.length) : epsilon;
  return addScaled(x, uniformVector(x.length, random), epsilons * perValue);
}

import { lengthOf } from '../../geometry/norms.ts';
import { addScaled, scaled } from '../../geometry/vector.ts';

/**
 * The sum of all gradients so far, each divided by its length in l1, and those before decayed: μ · g + ∇ / ‖∇‖₁ (Dong et al.
 * 2018, arXiv:1710.06081, equation 6).
 *
 * Some implementations divide by the mean of |∇| instead of the sum: all g are larger by the number of values then, and
 * the steps are the same.
 */
export function accumulated(momentum: Float64Array, gradient: ArrayLike<number>, decay: number): Float64Array {
  const size = lengthOf(gradient, 'l1');
  // A gradient that is zero or not finite has no direction: the momentum alone goes on.
  const scale = size > 0 && Number.isFinite(size) ? 1 / size : 0;
  return addScaled(scaled(momentum, decay), gradient, scale);
}

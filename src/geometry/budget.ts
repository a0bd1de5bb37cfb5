import type { Norm } from './norms.ts';

/**
 * The largest perturbation that is allowed: ‖x′ − x‖ ≤ epsilon, in units of the pixel range [0, 1]. It is infinite for an
 * attack that looks for the nearest success in the norm.
 */
export interface Budget<N extends Norm = Norm> {
  readonly norm: N;
  readonly epsilon: number;
}

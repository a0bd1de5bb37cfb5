import type { Pixels } from '../../data/image.ts';
import type { ConvexNorm } from '../../geometry/norms.ts';
import { ascend } from '../../geometry/steepestAscent.ts';
import type { Functional } from '../../models/functional.ts';
import type { Attempt } from '../attackDefinition.ts';
import { type Dialogue, propose, pullback } from '../dialogue.ts';

/**
 * xₜ₊₁ = Π(xₜ + α · sign(∇ₓ L(xₜ))) from one starting point, Π being the projection onto budget ∩ [0, 1] (Madry et al.
 * 2018, arXiv:1706.06083, section 2.1). In l2 the step is α · ∇/‖∇‖₂; in l1 it is the steepest one that the range allows,
 * and the projection is exact (Croce & Hein 2021, arXiv:2103.01208, propositions 2.2 and 2.1).
 */
export function* projectedAscent(
  { budget, parameters, project }: Attempt<{ steps: number; stepSize: number }, ConvexNorm>,
  loss: Functional,
  start: Pixels,
): Dialogue {
  let x = start;
  for (let step = 0; step < parameters.steps; step++) {
    const { gradient } = yield* pullback(x, loss);
    x = project(ascend(x, gradient, budget.norm, parameters.stepSize));
  }
  yield* propose(x);
}

import type { AttackDefinition } from '../attacks/attackDefinition.ts';
import { propose, pullback } from '../attacks/dialogue.ts';
import { norms } from '../geometry/norms.ts';
import { ascend, steepestAscent } from '../geometry/steepestAscent.ts';
import { addScaled } from '../geometry/vector.ts';

const madry = 'Madry et al. 2018, arXiv:1706.06083';
const steps = 20;

/**
 * PGD on the margin, from an example that fooled an earlier version of the model: x₀ is that example, and
 * xₜ₊₁ = Π(xₜ + α · sign(∇ₓ margin(xₜ))) with α = 2.5 ε / 20 (Madry et al. 2018, arXiv:1706.06083, sections 2.1 and 5). The
 * margin has a gradient where the cross-entropy has none left. In l0, where ε counts pixels, steps are 1 long in l2, and Π
 * keeps the pixels that have changed most.
 */
export const warmStart: AttackDefinition = {
  id: 'warm-start',
  title: 'Warm-started PGD',
  kind: 'attack',
  description: 'Projected gradient descent from an example that fooled an earlier version of the model.',
  source: madry,
  threatModel: 'white-box',
  norms,
  goals: ['untargeted', 'targeted'],
  fixedBudget: true,
  parameters: {},
  cost: () => steps + 1,
  *run({ image, goal, budget: { norm, epsilon }, project, starts: [start = image] }) {
    let x = start;
    for (let step = 0; step < steps; step++) {
      const { gradient } = yield* pullback(x, goal.margin);
      const moved =
        norm === 'l0'
          ? addScaled(x, steepestAscent(gradient, 'l2'), 1)
          : ascend(x, gradient, norm, (2.5 * epsilon) / steps);
      x = project(moved);
    }
    yield* propose(x);
  },
};

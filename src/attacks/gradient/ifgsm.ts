import type { Budget } from '../../geometry/budget.ts';
import { steepestAscent } from '../../geometry/steepestAscent.ts';
import { addScaled } from '../../geometry/vector.ts';
import { amountSchema } from '../../parameters/amount.ts';
import type { AttackDefinition } from '../attackDefinition.ts';
import { propose, pullback } from '../dialogue.ts';

interface Parameters {
  steps: number;
  stepSize: number;
}

/** Kurakin's number of steps for a budget in gray levels. */
function kurakinSteps({ epsilon }: Budget): number {
  const levels = 255 * epsilon;
  // A hair under, so that 8/255 · 255 = 8.000000000000002 does not cost a step more.
  return Math.ceil(Math.min(levels + 4, 1.25 * levels) - 1e-9);
}

const kurakin = 'Kurakin, Goodfellow & Bengio 2017, arXiv:1607.02533, section 2.2';
const l2Steps = 10;

/**
 * Iterative FGSM, also called the basic iterative method: x₀ = x, xₙ₊₁ = project(xₙ + α · sign(∇ₓ J(xₙ, y))), project
 * being the clip to [x − ε, x + ε] ∩ [0, 1] (Kurakin, Goodfellow & Bengio 2017, arXiv:1607.02533, section 2.2).
 * Targeted, it descends the target's cross-entropy (section 2.3). In l2 the step is α · ∇/‖∇‖₂ and the ball is round.
 */
export const ifgsm: AttackDefinition<Parameters, 'linf' | 'l2'> = {
  id: 'ifgsm',
  title: 'I-FGSM',
  kind: 'attack',
  description:
    'Iterative FGSM (basic iterative method): small steps along the gradient, each projected onto the budget.',
  source: kurakin,
  threatModel: 'white-box',
  norms: ['linf', 'l2'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: true,
  parameters: {
    steps: {
      description: 'Number of gradient steps.',
      schema: { type: 'integer', minimum: 1 },
      quick: {
        value: (budget) => (budget.norm === 'linf' ? kurakinSteps(budget) : l2Steps),
        text: `linf: min(255ε + 4, 1.25 · 255ε), rounded up; l2: ${l2Steps}`,
        source: `${kurakin}; the paper has no l2 form`,
      },
    },
    stepSize: {
      description: 'Length of a step in the norm of the attack, in units of the pixel range [0, 1].',
      schema: amountSchema,
      quick: {
        value: ({ norm, epsilon }, { steps }) => (norm === 'linf' ? 1 / 255 : (2.5 * epsilon) / steps),
        text: 'linf: 1/255 (one gray level); l2: 2.5 ε / steps',
        source: `linf: ${kurakin}; l2: Madry et al. 2018, arXiv:1706.06083, section 5`,
      },
    },
  },
  cost: ({ steps }) => steps,
  *run({ image, goal, budget, parameters, project }) {
    let x = image;
    for (let step = 0; step < parameters.steps; step++) {
      const { gradient } = yield* pullback(x, goal.loss);
      x = project(addScaled(x, steepestAscent(gradient, budget.norm), parameters.stepSize));
    }
    yield* propose(x);
  },
};

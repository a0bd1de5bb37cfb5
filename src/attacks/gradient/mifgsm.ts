import { steepestAscent } from '../../geometry/steepestAscent.ts';
import { addScaled } from '../../geometry/vector.ts';
import { amountSchema } from '../../parameters/amount.ts';
import type { AttackDefinition } from '../attackDefinition.ts';
import { propose, pullback } from '../dialogue.ts';
import { accumulated } from './momentum.ts';

interface Parameters {
  steps: number;
  stepSize: number;
  decay: number;
}

const dong = 'Dong et al. 2018, arXiv:1710.06081';

/**
 * Momentum iterative FGSM: gₜ₊₁ = μ · gₜ + ∇ₓ J(xₜ, y) / ‖∇ₓ J(xₜ, y)‖₁, xₜ₊₁ = xₜ + α · sign(gₜ₊₁) (Dong et al. 2018,
 * arXiv:1710.06081, equations 6 and 7). Targeted, J is minus the target's cross-entropy, and in l2 the step is
 * α · g/‖g‖₂ (section 3.3). The budget is kept by projection, as the paper has it for steps of any size.
 */
export const mifgsm: AttackDefinition<Parameters, 'linf' | 'l2'> = {
  id: 'mifgsm',
  title: 'MI-FGSM',
  kind: 'attack',
  description: 'Momentum iterative FGSM: small steps along a decaying sum of all gradients so far.',
  source: dong,
  threatModel: 'white-box',
  norms: ['linf', 'l2'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: true,
  parameters: {
    steps: {
      description: 'Number of gradient steps.',
      schema: { type: 'integer', minimum: 1 },
      quick: { value: 10, text: '10', source: `${dong}, section 4` },
    },
    stepSize: {
      description: 'Length of a step in the norm of the attack, in units of the pixel range [0, 1].',
      schema: amountSchema,
      quick: {
        value: ({ epsilon }, { steps }) => epsilon / steps,
        text: 'ε / steps',
        source: `${dong}, algorithm 1`,
      },
    },
    decay: {
      description: 'Decay factor μ of the accumulated gradient: 0 is I-FGSM, 1 weighs all gradients alike.',
      schema: { type: 'number', minimum: 0 },
      quick: { value: 1, text: '1', source: `${dong}, section 4` },
    },
  },
  cost: ({ steps }) => steps,
  *run({ image, goal, budget, parameters: { steps, stepSize, decay }, project }) {
    let x = image;
    let momentum: Float64Array = new Float64Array(image.length);
    for (let step = 0; step < steps; step++) {
      const { gradient } = yield* pullback(x, goal.loss);
      momentum = accumulated(momentum, gradient, decay);
      x = project(addScaled(x, steepestAscent(momentum, budget.norm), stepSize));
    }
    yield* propose(x);
  },
};

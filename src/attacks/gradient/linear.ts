import { steepestAscent } from '../../geometry/steepestAscent.ts';
import { addScaled } from '../../geometry/vector.ts';
import type { AttackDefinition } from '../attackDefinition.ts';
import { pullback } from '../dialogue.ts';

interface Parameters {
  points: number;
}

const paper = 'Goodfellow et al. 2015, arXiv:1412.6572';

/**
 * The logits along the line x + e · sign(∇ₓ L(x, y)), clipped to [0, 1], for evenly spaced e from −ε to ε: as straight
 * as the linear explanation of adversarial examples says (Goodfellow et al. 2015, arXiv:1412.6572, section 3 and
 * figure 4). With a target L is minus its cross-entropy, so that the target gains to the right.
 */
export const linear: AttackDefinition<Parameters, 'linf'> = {
  id: 'linear',
  title: 'Linear explanation',
  kind: 'explanation',
  description: 'Draws how the logits change along the sign of the gradient, to both sides of the image.',
  source: `${paper}, section 3 and figure 4`,
  threatModel: 'white-box',
  norms: ['linf'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: true,
  parameters: {
    points: {
      description: 'Number of points along the line from −ε to ε, an odd one: the image itself is in the middle.',
      schema: {
        type: 'integer',
        minimum: 3,
        maximum: 63,
        not: { multipleOf: 2 },
        errorMessage: 'Enter an odd number from 3 to 63.',
      },
      quick: { value: 41, text: '41', source: 'twenty to either side' },
    },
  },
  cost: ({ points }) => points + 1,
  *run({ image, goal, budget, parameters, project }) {
    const { gradient } = yield* pullback(image, goal.loss);
    const sign = steepestAscent(gradient, 'linf');
    const half = (parameters.points - 1) / 2;
    const at = Array.from({ length: parameters.points }, (_, k) => budget.epsilon * ((k - half) / half));
    const points = at.map((e) => project(addScaled(image, sign, e)));
    yield { kind: 'logits', points, at };
  },
};

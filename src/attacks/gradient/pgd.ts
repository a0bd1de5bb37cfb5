import { randomPoint } from '../../geometry/randomPoint.ts';
import { amountSchema } from '../../parameters/amount.ts';
import type { AttackDefinition } from '../attackDefinition.ts';
import { projectedAscent } from './projectedAscent.ts';

/** The parameters of PGD. */
export interface PgdParameters {
  steps: number;
  stepSize: number;
  restarts: number;
}

const madry = 'Madry et al. 2018, arXiv:1706.06083';

/**
 * Projected gradient descent on the negative cross-entropy of the label, from several starting points (Madry et al. 2018,
 * arXiv:1706.06083, section 2.1). Targeted, it descends the target's cross-entropy.
 */
export const pgd: AttackDefinition<PgdParameters, 'linf' | 'l2' | 'l1'> = {
  id: 'pgd',
  title: 'PGD',
  kind: 'attack',
  description: 'Projected gradient descent: small steps along the gradient, from the image and from random points.',
  source: `${madry}; in l1 with the steps of Croce & Hein 2021, arXiv:2103.01208`,
  threatModel: 'white-box',
  norms: ['linf', 'l2', 'l1'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: true,
  parameters: {
    steps: {
      description: 'Number of gradient steps from each starting point.',
      schema: { type: 'integer', minimum: 1 },
      quick: { value: 20, text: '20', source: `${madry}, table 2, the longer attack on CIFAR-10` },
      paper: { value: 100, text: '100', source: `${madry}, table 1, the longest attack on MNIST` },
    },
    stepSize: {
      description: 'Length of a step in the norm of the attack, in units of the pixel range [0, 1].',
      schema: amountSchema,
      quick: {
        value: ({ epsilon }, { steps }) => (2.5 * epsilon) / steps,
        text: '2.5 ε / steps',
        source: `${madry}, section 5`,
      },
    },
    restarts: {
      description: 'Number of starting points: the image itself, then random points within the budget.',
      schema: { type: 'integer', minimum: 1 },
      quick: { value: 2, text: '2', source: 'the fewest that include a random start' },
      paper: { value: 20, text: '20', source: `${madry}, table 1` },
    },
  },
  cost: ({ steps, restarts }) => steps * restarts,
  *run(attempt) {
    const { image, goal, budget, parameters, project, random } = attempt;
    for (let restart = 0; restart < parameters.restarts; restart++) {
      const start = restart === 0 ? image : project(randomPoint(image, budget, random));
      yield* projectedAscent(attempt, goal.loss, start);
    }
  },
};

import type { AttackDefinition } from '../../attacks/definition.ts';
import { pullback } from '../../attacks/dialogue.ts';

/** Asks for the gradient of the loss at the image and goes nowhere: what the gradient is like is the runner's to note. */
export const firstGradient: AttackDefinition = {
  id: 'first-gradient',
  title: 'First gradient',
  kind: 'attack',
  description: 'The gradient at the image.',
  source: 'Croce & Hein 2020, arXiv:2003.01690',
  threatModel: 'white-box',
  norms: ['linf', 'l2', 'l1'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: true,
  parameters: {},
  cost: () => 1,
  *run({ image, goal }) {
    yield* pullback(image, goal.loss);
  },
};

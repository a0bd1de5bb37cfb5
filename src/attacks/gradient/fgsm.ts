import { steepestAscent } from '../../geometry/steepestAscent.ts';
import { addScaled } from '../../geometry/vector.ts';
import type { AttackDefinition } from '../attackDefinition.ts';
import { propose, pullback } from '../dialogue.ts';

/**
 * Fast gradient sign method: x′ = clip(x + ε · sign(∇ₓ J(x, y))) (Goodfellow, Shlens & Szegedy 2015, section 4).
 * Targeted, it descends the target's cross-entropy instead (Kurakin, Goodfellow & Bengio 2017b, section 3.1).
 * In l2 the step is ε · ∇/‖∇‖₂, the steepest ascent in that norm.
 */
export const fgsm: AttackDefinition<object, 'linf' | 'l2'> = {
  id: 'fgsm',
  title: 'FGSM',
  kind: 'attack',
  description: 'Fast gradient sign method: one step of size epsilon along the sign of the gradient.',
  source: 'Goodfellow, Shlens & Szegedy 2015, arXiv:1412.6572',
  threatModel: 'white-box',
  norms: ['linf', 'l2'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: true,
  parameters: {},
  cost: () => 1,
  *run({ image, goal, budget, project }) {
    const { gradient } = yield* pullback(image, goal.loss);
    yield* propose(project(addScaled(image, steepestAscent(gradient, budget.norm), budget.epsilon)));
  },
};

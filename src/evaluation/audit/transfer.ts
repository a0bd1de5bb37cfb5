import type { AttackDefinition } from '../../attacks/definition.ts';
import { propose } from '../../attacks/dialogue.ts';
import type { Pixels } from '../../data/image.ts';

/** Tries on a model what was made elsewhere: one point for each image. */
export function transfer(points: ReadonlyMap<Pixels, Pixels>): AttackDefinition {
  return {
    id: 'transfer',
    title: 'Transfer',
    kind: 'attack',
    description: 'Adversarial examples of another model.',
    source: 'Carlini et al. 2019, arXiv:1902.06705',
    threatModel: 'decision-based',
    norms: ['linf', 'l2', 'l1'],
    goals: ['untargeted', 'targeted'],
    fixedBudget: true,
    parameters: {},
    cost: () => 1,
    *run({ image }) {
      const point = points.get(image);
      if (point) yield* propose(point);
    },
  };
}

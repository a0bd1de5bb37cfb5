import { randomPoint } from '../../geometry/randomPoint.ts';
import { logitDifference } from '../../models/functional.ts';
import type { AttackDefinition } from '../attackDefinition.ts';
import { logits } from '../dialogue.ts';
import { likeliest } from './likeliest.ts';
import { type PgdParameters, pgd } from './pgd.ts';
import { projectedAscent } from './projectedAscent.ts';

interface Parameters extends PgdParameters {
  classes: number;
}

const paper = 'Gowal et al. 2019, arXiv:1910.09338';
const { steps, stepSize, restarts } = pgd.parameters;

/**
 * Multi-targeted PGD: PGD on z_t − z_y for one class t after the other, the likeliest first. Where logits are linear
 * within the budget, one of these directions is the best, which a loss of all logits together need not find (Gowal et
 * al. 2019, arXiv:1910.09338). With a target there is one loss, its lead over the strongest rival.
 */
export const mtpgd: AttackDefinition<Parameters, 'linf' | 'l2' | 'l1'> = {
  id: 'mtpgd',
  title: 'Multi-targeted PGD',
  kind: 'attack',
  description:
    'PGD toward each of the likeliest other classes in turn, on the difference of its logit and the label’s.',
  source: paper,
  threatModel: 'white-box',
  norms: ['linf', 'l2', 'l1'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: true,
  parameters: {
    steps,
    stepSize,
    restarts: {
      ...restarts,
      quick: { value: 1, text: '1', source: 'the classes make for several attempts already' },
    },
    classes: {
      description: 'Number of classes that are tried, the likeliest first. With a target, that is the only one.',
      schema: { type: 'integer', minimum: 1 },
      quick: { value: 9, text: '9', source: 'all other classes of CIFAR-10 and MNIST, as in the paper’s experiments' },
    },
  },
  cost: ({ steps, restarts, classes }, model) => steps * restarts * Math.min(classes, model.classes - 1),
  *run(attempt) {
    const { image, goal, budget, parameters, project, random } = attempt;
    const clean = yield* logits(image);
    const losses =
      goal.target === undefined
        ? likeliest(clean, goal.label, parameters.classes).map((t) => logitDifference(t, goal.label, clean.length))
        : [goal.margin];
    for (let restart = 0; restart < parameters.restarts; restart++) {
      for (const loss of losses) {
        const start = restart === 0 ? image : project(randomPoint(image, budget, random));
        yield* projectedAscent(attempt, loss, start);
      }
    }
  },
};

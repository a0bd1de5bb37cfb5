import type { Pixels } from '../../../data/image.ts';
import { randomSpherePoint } from '../../../geometry/randomPoint.ts';
import { normalVector } from '../../../geometry/randomVector.ts';
import { addScaled } from '../../../geometry/vector.ts';
import type { AttackDefinition } from '../../attackDefinition.ts';
import { logits } from '../../dialogue.ts';
import { climb } from './climb.ts';
import { climbSparsely } from './climbSparsely.ts';
import type { ApgdAttempt, ApgdParameters } from './parameters.ts';
import { ratioLosses, targetsIn } from './ratioLosses.ts';

const paper = 'Croce & Hein 2020, arXiv:2003.01690';
const inL1 = 'Croce & Hein 2021, arXiv:2103.01208';
const autoAttack = `AutoAttack's standard version (${paper})`;

/**
 * Auto-PGD: gradient ascent with momentum whose step size starts at 2ε and is halved, going back to the best point,
 * where it no longer helps (Croce & Hein 2020, arXiv:2003.01690, section 3 and algorithm 1). In l1 it has another form,
 * whose steps are sparse (Croce & Hein 2021, arXiv:2103.01208, algorithm 1).
 */
export const apgd: AttackDefinition<ApgdParameters, 'linf' | 'l2' | 'l1'> = {
  id: 'apgd',
  title: 'APGD',
  kind: 'attack',
  description: 'Auto-PGD: gradient steps with momentum that find their own size, on a loss that can be chosen.',
  source: `${paper}; in l1 ${inL1}`,
  threatModel: 'white-box',
  norms: ['linf', 'l2', 'l1'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: true,
  parameters: {
    steps: {
      description: 'Number of gradient steps from each starting point.',
      schema: { type: 'integer', minimum: 1 },
      quick: { value: 20, text: '20', source: 'a fifth of the paper’s' },
      paper: { value: 100, text: '100', source: autoAttack },
    },
    start: {
      description:
        'The first starting point: the image itself (`image`), or a random point at the edge of the budget (`random`), as all others are.',
      schema: { type: 'string', enum: ['image', 'random'] },
      quick: { value: 'image', text: 'image', source: 'a first look that does not depend on the seed' },
      paper: { value: 'random', text: 'random', source: autoAttack },
    },
    loss: {
      description:
        'What is raised: cross-entropy (`ce`), the difference of logits ratio (`dlr`), or its targeted form for each of the likeliest other classes, nine of them or, in l1, five (`targeted-dlr`). With a target both forms of dlr aim at it. Where the model has too few classes for a ratio, the difference of logits is not divided.',
      schema: { type: 'string', enum: ['ce', 'dlr', 'targeted-dlr'] },
      quick: { value: 'ce', text: 'ce', source: autoAttack },
    },
    restarts: {
      description: 'Number of starting points.',
      schema: { type: 'integer', minimum: 1 },
      quick: { value: 1, text: '1', source: autoAttack },
      paper: {
        value: ({ norm }, { loss }) => (norm === 'l1' && loss === 'ce' ? 5 : 1),
        text: '5 in l1 with the loss ce, 1 otherwise',
        source: autoAttack,
      },
    },
    eot: {
      description:
        'Answers whose mean each step follows (expectation over transformation), for models that answer the same question differently each time. An image counts as fooled where most of them are wrong.',
      schema: { type: 'integer', minimum: 1 },
      quick: { value: 1, text: '1', source: `${autoAttack}; its version for randomized models takes 20` },
    },
  },
  cost: ({ steps, restarts, loss, eot }, { classes }) =>
    steps * restarts * eot * (loss === 'targeted-dlr' ? Math.min(targetsIn.linf, classes - 1) : 1),
  *run(attempt) {
    const { image, goal, budget, parameters } = attempt;
    const { loss, start, restarts } = parameters;
    const losses = loss === 'ce' ? [goal.loss] : ratioLosses(loss, goal, yield* logits(image), targetsIn[budget.norm]);
    for (let restart = 0; restart < restarts; restart++) {
      for (const each of losses) {
        const from = restart === 0 && start === 'image' ? image : randomStart(attempt);
        yield* budget.norm === 'l1' ? climbSparsely(attempt, each, from) : climb(attempt, each, from);
      }
    }
  },
};

/**
 * A point of the sphere around the image within the range of pixels; in l1, where such points would be far from sparse,
 * the point of the ball that is nearest to a normally distributed one (as AutoAttack starts).
 */
function randomStart({ image, budget, project, random }: ApgdAttempt): Pixels {
  return project(
    budget.norm === 'l1'
      ? addScaled(image, normalVector(image.length, random), 1)
      : randomSpherePoint(image, budget, random),
  );
}

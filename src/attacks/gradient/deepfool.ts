import { nearestHyperplane } from '../../geometry/hyperplane.ts';
import { steepestAscent } from '../../geometry/steepestAscent.ts';
import { accumulate, addScaled } from '../../geometry/vector.ts';
import { logitDifference } from '../../models/functional.ts';
import type { AttackDefinition } from '../attackDefinition.ts';
import { logits, pullbacks } from '../dialogue.ts';
import { isReached } from '../goal.ts';
import { likeliest } from './likeliest.ts';

interface Parameters {
  steps: number;
  classes: number;
  overshoot: number;
}

const paper = 'Moosavi-Dezfooli et al. 2016, arXiv:1511.04599';
const program = `the authors’ program (${paper})`;

/** A step moves pixels by no less than this on average: at a tie of logits it would be zero, and lead nowhere. */
const shortest = 2 ** -20;

/**
 * DeepFool: the logits are linearized, the image goes to the nearest hyperplane between its class and another, and on
 * from there until the class changes (Moosavi-Dezfooli et al. 2016, arXiv:1511.04599, algorithm 2, and section 3.3 for
 * linf): with w_k = ∇z_k − ∇z_label and f_k = z_k − z_label,
 *
 *   r_i = |f_l| / ‖w_l‖₂ · w_l / ‖w_l‖₂, in linf |f_l| / ‖w_l‖₁ · sign(w_l), for the class l where that is shortest.
 *
 * As in the authors' program the classes are the likeliest at the image, and every point that the model is asked about
 * is beyond the boundary by the overshoot: x_i = x₀ + (1 + overshoot) · Σ r. Here it is also clipped to [0, 1].
 * The targeted form, which the paper does not have, goes to the hyperplane between the target and its strongest rival.
 */
export const deepfool: AttackDefinition<Parameters, 'l2' | 'linf'> = {
  id: 'deepfool',
  title: 'DeepFool',
  kind: 'attack',
  description:
    'Goes to the nearest boundary of the linearized model, again and again until the class changes: a near example in a few steps. With a target it goes to the boundary of that class alone.',
  source: paper,
  threatModel: 'white-box',
  norms: ['l2', 'linf'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: false,
  parameters: {
    steps: {
      description: 'Number of steps after which it gives up.',
      schema: { type: 'integer', minimum: 1 },
      quick: { value: 50, text: '50', source: program },
    },
    classes: {
      description:
        'Number of classes that are looked at: the image’s own, and the likeliest others. A target is looked at alone.',
      schema: { type: 'integer', minimum: 2 },
      quick: { value: 10, text: '10', source: program },
    },
    overshoot: {
      description: 'How far it goes beyond the boundary, relative to the whole way.',
      schema: { type: 'number', exclusiveMinimum: 0 },
      quick: { value: 0.02, text: '0.02', source: program },
    },
  },
  cost: ({ steps }) => 1 + 2 * steps,
  *run({ image, goal, budget: { norm }, parameters, project }) {
    const { steps, classes, overshoot } = parameters;
    const least = shortest * { l2: Math.sqrt(image.length), linf: 1 }[norm];
    let now = yield* logits(image);
    const functionals =
      goal.target === undefined
        ? likeliest(now, goal.label, classes - 1).map((other) => logitDifference(other, goal.label, now.length))
        : [goal.margin];
    const total = new Float64Array(image.length);
    let x = image;
    for (let step = 0; step < steps && !isReached(goal, now); step++) {
      const { values, gradients } = yield* pullbacks(x, functionals);
      const nearest = nearestHyperplane(values, gradients, norm);
      if (nearest === undefined) return;
      const length = Math.max(nearest.distance, least);
      accumulate(total, steepestAscent(nearest.normal, norm), length);
      x = project(addScaled(image, total, 1 + overshoot));
      now = yield* logits(x);
    }
  },
};

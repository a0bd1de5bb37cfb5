import type { Pixels } from '../../data/image.ts';
import { projectOntoBall } from '../../geometry/ballProjection.ts';
import { annealed } from '../../geometry/cosineAnnealing.ts';
import { type ConvexNorm, distances, dualNorm, lengthOf, type Norm } from '../../geometry/norms.ts';
import { keepPixels } from '../../geometry/pixels.ts';
import { clip, farthestCorner } from '../../geometry/range.ts';
import { steepestAscent } from '../../geometry/steepestAscent.ts';
import { addScaled } from '../../geometry/vector.ts';
import { amountSchema } from '../../parameters/amount.ts';
import type { AttackDefinition } from '../attackDefinition.ts';
import { propose, pullback } from '../dialogue.ts';
import { isReached } from '../goal.ts';

interface Parameters {
  steps: number;
  stepSize: number;
  gamma: number;
}

const paper = 'Pintor et al. 2021, arXiv:2102.12827';

/** Where the step size ends (section 3, α_K). */
const lastStepSize = 1e-5;
/** Where γ ends, as in the authors' program: with a tenth of it, ε would hardly follow the boundary in the last steps. */
const lastGamma = 1e-3;

/**
 * Fast minimum-norm attack: gradient ascent on the lead with steps of length α, kept within a ball around the image whose
 * radius ε shrinks by the factor 1 − γ where the point is a success and grows by 1 + γ where it is none; before the first
 * success ε is where the boundary would be if the model were linear (Pintor et al. 2021, arXiv:2102.12827, algorithm 1).
 *
 * In l0, where ε counts pixels, it changes by at least one. In the other norms it grows by 1 + γ at least: on the boundary
 * itself, a tie or a rounding error away from success, the linear estimate adds nothing. The paper projects onto the ball and then clips; here points
 * go to the nearest of ball ∩ [0, 1] where that is known (linf, l1, l0), which is the same while nothing is clipped.
 */
export const fmn: AttackDefinition<Parameters> = {
  id: 'fmn',
  title: 'FMN',
  kind: 'attack',
  description: 'Fast minimum-norm attack: gradient steps within a ball that adapts its size to the boundary.',
  source: paper,
  threatModel: 'white-box',
  norms: ['l2', 'linf', 'l1', 'l0'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: false,
  parameters: {
    steps: {
      description: 'Number of gradient steps.',
      schema: { type: 'integer', minimum: 1 },
      quick: { value: 100, text: '100', source: 'a tenth of the paper’s' },
      paper: { value: 1000, text: '1000', source: `${paper}, section 4` },
    },
    stepSize: {
      description:
        'Length in l2 of the first step (α₀), in units of the pixel range [0, 1]; the last is a hundred-thousandth.',
      schema: amountSchema,
      quick: {
        value: ({ norm }) => (norm === 'linf' ? 10 : 1),
        text: '10 in linf, 1 otherwise',
        source: `${paper}, section 4`,
      },
    },
    gamma: {
      description: 'By which part the radius of the ball changes at first (γ₀); at the end it is a thousandth.',
      schema: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
      quick: { value: 0.05, text: '0.05', source: `${paper}, section 4` },
    },
  },
  cost: ({ steps }) => steps + 1,
  *run({ image, shape, goal, budget: { norm }, parameters }) {
    const { steps, stepSize, gamma: firstGamma } = parameters;
    const sizeOf = (point: Pixels) => distances(image, point, shape.channels)[norm];
    const farthest = sizeOf(farthestCorner(image));
    let x = image;
    let epsilon = norm === 'l0' ? 1 : Infinity;
    let nearest = Infinity;
    for (let k = 0; k < steps; k++) {
      const alpha = annealed(stepSize, lastStepSize, k / steps);
      const gamma = annealed(firstGamma, lastGamma, k / steps);
      const { logits, value, gradient } = yield* pullback(x, goal.margin);
      const success = isReached(goal, logits);
      if (success) nearest = Math.min(nearest, sizeOf(x));
      if (norm === 'l0') epsilon = nextCount(epsilon, gamma, success);
      else if (success) epsilon *= 1 - gamma;
      else if (nearest < Infinity) epsilon *= 1 + gamma;
      else epsilon = Math.max(sizeOf(x) + toBoundary(value, gradient, norm), sizeOf(x) * (1 + gamma));
      epsilon = Math.min(epsilon, success ? nearest : farthest);
      x = project(image, addScaled(x, steepestAscent(gradient, 'l2'), alpha), shape.channels, norm, epsilon);
    }
    yield* propose(x);
  },
};

/** How far the boundary is if the model is linear: |f| / ‖∇f‖_q with 1/p + 1/q = 1. */
function toBoundary(value: number, gradient: Float32Array, norm: ConvexNorm): number {
  const slope = lengthOf(gradient, dualNorm[norm]);
  return slope > 0 && Number.isFinite(slope) ? Math.abs(value) / slope : Infinity;
}

/** In l0: the number of pixels that may change. */
function nextCount(epsilon: number, gamma: number, success: boolean): number {
  return success
    ? Math.max(Math.min(epsilon - 1, Math.floor(epsilon * (1 - gamma))), 0)
    : Math.max(epsilon + 1, Math.floor(epsilon * (1 + gamma)));
}

/** Writes to the point. */
function project(image: Pixels, point: Pixels, channels: number, norm: Norm, epsilon: number): Pixels {
  if (norm === 'l0') keepPixels(point, image, channels, epsilon);
  else projectOntoBall(point, image, norm, epsilon);
  return clip(point);
}

import type { Pixels } from '../../data/image.ts';
import { ballProjection } from '../../geometry/ballProjection.ts';
import { annealed } from '../../geometry/cosineAnnealing.ts';
import { addScaled, distances, euclideanNorm, type Norm, steepestAscent } from '../../geometry/norms.ts';
import { amountSchema } from '../../parameters/amount.ts';
import type { AttackDefinition } from '../definition.ts';
import { propose, pullback } from '../dialogue.ts';
import { isReached } from '../goal.ts';

interface Parameters {
  steps: number;
  stepSize: number;
  gamma: number;
}

const paper = 'Pintor et al. 2021, arXiv:2102.12827';

/** Where step size and γ end (section 3, α_K and γ_K). */
const lastStepSize = 1e-5;
const lastGamma = 1e-4;

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
      description: 'By which part the radius of the ball changes at first (γ₀); at the end it is a ten-thousandth.',
      schema: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1 },
      quick: { value: 0.05, text: '0.05', source: `${paper}, section 4` },
    },
  },
  cost: ({ steps }) => steps + 1,
  *run({ image, shape, goal, budget: { norm }, parameters }) {
    const { steps, stepSize, gamma: firstGamma } = parameters;
    const sizeOf = (point: Pixels) => distances(image, point, shape.channels)[norm];
    const farthest = sizeOf(image.map((value) => (value < 0.5 ? 1 : 0)));
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
function toBoundary(value: number, gradient: Float32Array, norm: 'linf' | 'l2' | 'l1'): number {
  const slope = {
    linf: () => gradient.reduce((sum, g) => sum + Math.abs(g), 0),
    l2: () => euclideanNorm(gradient),
    l1: () => gradient.reduce((largest, g) => Math.max(largest, Math.abs(g)), 0),
  }[norm]();
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
  if (norm === 'l0') keepPixels(image, point, channels, epsilon);
  else ballProjection(image, norm, epsilon)(point);
  return point.map((value) => Math.min(Math.max(value, 0), 1));
}

/**
 * Puts all but `count` pixels back: of the points of [0, 1] with that many changed the nearest. A pixel that is kept
 * brings the point nearer by Σ 2δc − c², where δ is its change and c that clipped to the range.
 */
function keepPixels(image: Pixels, point: Pixels, channels: number, count: number): void {
  const worth = new Float64Array(image.length / channels);
  for (let i = 0; i < image.length; i++) {
    const change = (point[i] as number) - (image[i] as number);
    const clipped = Math.min(Math.max(point[i] as number, 0), 1) - (image[i] as number);
    const pixel = Math.floor(i / channels);
    worth[pixel] = (worth[pixel] as number) + 2 * change * clipped - clipped * clipped;
  }
  const order = Uint32Array.from(worth.keys()).sort((a, b) => (worth[b] as number) - (worth[a] as number));
  for (const pixel of order.subarray(count)) {
    const [start, end] = [pixel * channels, (pixel + 1) * channels];
    point.set(image.subarray(start, end), start);
  }
}

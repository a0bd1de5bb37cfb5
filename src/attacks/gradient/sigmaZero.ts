import { Adam } from '../../geometry/adam.ts';
import { annealed } from '../../geometry/cosineAnnealing.ts';
import { lengthOf } from '../../geometry/norms.ts';
import { copyPixel } from '../../geometry/pixels.ts';
import { clip } from '../../geometry/range.ts';
import { accumulate, finite, scaled, subtract } from '../../geometry/vector.ts';
import type { AttackDefinition } from '../attackDefinition.ts';
import { propose, pullback } from '../dialogue.ts';
import { isReached } from '../goal.ts';

interface Parameters {
  steps: number;
  sigma: number;
  threshold: number;
}

const paper = 'Cinà et al. 2025, arXiv:2402.01879';

/** Learning rate of the first step (algorithm 1, η₀); the last is a tenth of it. */
const firstRate = 1;
/** How much of the learning rate the threshold changes by (t). */
const thresholdFactor = 0.01;

/**
 * σ-zero: gradient descent on what the model's answer lacks plus a smooth count of the changed pixels, Σ s/(s + σ) over
 * the number of pixels, where s is the squared change of a pixel; after every step changes smaller than τ are undone, and
 * τ rises while the point is a success and falls while it is none (Cinà et al. 2025, arXiv:2402.01879, algorithm 1).
 * Where algorithm 1 takes plain steps along the gradient, whose length in linf is made 1, the authors' program takes those
 * of Adam, and so does this: with 1,000 steps it needs a tenth fewer pixels.
 *
 * The paper counts values. As distances here count pixels, a pixel's channels come and go together; with one channel
 * that is the paper's.
 */
export const sigmaZero: AttackDefinition<Parameters, 'l0'> = {
  id: 'sigma-zero',
  title: 'σ-zero',
  kind: 'attack',
  description: 'Changes as few pixels as it can: gradient descent on a smooth count of them, undoing small changes.',
  source: paper,
  threatModel: 'white-box',
  norms: ['l0'],
  goals: ['untargeted', 'targeted'],
  fixedBudget: false,
  parameters: {
    steps: {
      description: 'Number of gradient steps.',
      schema: { type: 'integer', minimum: 1 },
      quick: { value: 100, text: '100', source: `${paper}, the fewest of its experiments` },
      paper: { value: 1000, text: '1000', source: `${paper}, section 4` },
    },
    sigma: {
      description: 'How sharply changed pixels are told from others (σ): at a squared change of σ a pixel counts half.',
      schema: { type: 'number', exclusiveMinimum: 0 },
      quick: { value: 1e-3, text: '0.001', source: `${paper}, section 4` },
    },
    threshold: {
      description: 'Changes smaller than this are undone at first (τ₀), in units of the pixel range [0, 1].',
      schema: { type: 'number', minimum: 0, maximum: 1 },
      quick: { value: 0.3, text: '0.3', source: `${paper}, section 4` },
    },
  },
  cost: ({ steps }) => steps + 1,
  *run({ image, shape: { channels }, goal, parameters: { steps, sigma, threshold } }) {
    const x = image.slice();
    const adam = new Adam(x.length);
    const rate = (k: number) => annealed(firstRate, firstRate / 10, k / steps);
    let tau = threshold;
    for (let k = 0; k < steps; k++) {
      const { logits, gradient } = yield* pullback(x, goal.margin);
      const success = isReached(goal, logits);
      const slope = countGradient(subtract(x, image), channels, sigma);
      if (!success) accumulate(slope, finite(gradient), -1);
      const largest = lengthOf(slope, 'linf');
      adam.step(x, scaled(slope, largest > 0 ? 1 / largest : 0), rate(k));
      clip(x);
      tau = Math.min(Math.max(tau + (success ? 1 : -1) * thresholdFactor * rate(k + 1), 0), 1);
      undoSmall(image, x, channels, tau);
    }
    yield* propose(x);
  },
};

/** Gradient of the smooth count, Σ s/(s + σ) over the number of pixels (equation 5). */
function countGradient(change: Float64Array, channels: number, sigma: number): Float64Array {
  const pixels = change.length / channels;
  const slope = new Float64Array(change.length);
  for (let start = 0; start < change.length; start += channels) {
    let square = 0;
    for (let i = start; i < start + channels; i++) square += (change[i] as number) ** 2;
    for (let i = start; i < start + channels; i++) {
      slope[i] = (2 * sigma * (change[i] as number)) / (square + sigma) ** 2 / pixels;
    }
  }
  return slope;
}

/** Π_τ: puts back the pixels none of whose values changed by τ. Writes to the point. */
function undoSmall(image: Float32Array, point: Float32Array, channels: number, tau: number): void {
  for (let start = 0; start < point.length; start += channels) {
    let largest = 0;
    for (let i = start; i < start + channels; i++) {
      largest = Math.max(largest, Math.abs((point[i] as number) - (image[i] as number)));
    }
    if (largest < tau) copyPixel(point, image, start / channels, channels);
  }
}

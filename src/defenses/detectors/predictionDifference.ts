import type { Pixels } from '../../data/image.ts';
import { lengthOf } from '../../geometry/norms.ts';
import { addScaled, subtract } from '../../geometry/vector.ts';
import type { Batch, DifferentiableClassifier, Logits } from '../../models/classifier.ts';
import { softmax } from '../../models/functional.ts';
import type { Detector } from './detector.ts';
import type { Squeezer } from './squeezers.ts';

/** What one squeezer does to one image, and how far the prediction moves. */
interface Comparison {
  readonly squeezer: Squeezer;
  readonly squeezed: Pixels;
  readonly logits: Float32Array;
  readonly distance: number;
}

/**
 * The largest ‖softmax(model(x)) − softmax(model(squeeze(x)))‖₁ over the squeezers, from 0 to 2 (Xu, Evans & Qi 2018,
 * section V-A). The gradient is that of the squeezer with the largest value, through the model at both points.
 */
export function predictionDifference(classifier: DifferentiableClassifier, squeezers: readonly Squeezer[]): Detector {
  const shape = classifier.input;

  /** For each image, the squeezer that moves its prediction farthest; the first on a tie. */
  async function compare(images: Batch, logits: Logits): Promise<readonly Comparison[]> {
    let farthest: readonly Comparison[] = [];
    for (const squeezer of squeezers) {
      const squeezed = await Promise.all(images.map((image) => squeezer.squeeze(image, shape)));
      const rows = await classifier.logits(squeezed);
      farthest = rows.map((row, i) => {
        const distance = probabilityDistance(logits[i] as Float32Array, row);
        const best = farthest[i];
        if (best && best.distance >= distance) return best;
        return { squeezer, squeezed: squeezed[i] as Pixels, logits: row, distance };
      });
    }
    return farthest;
  }

  /** ⟨weights, logits⟩ of each image, differentiated. */
  async function backward(images: Batch, weights: readonly Float32Array[]): Promise<readonly Float32Array[]> {
    const functionals = weights.map((row) => [{ kind: 'weights', output: 'logits', weights: row } as const]);
    return (await classifier.pullback(images, functionals)).gradients.map(([gradient]) => gradient as Float32Array);
  }

  return {
    async score(images) {
      return (await compare(images, await classifier.logits(images))).map(({ distance }) => distance);
    },
    async pullback(images) {
      const logits = await classifier.logits(images);
      const farthest = await compare(images, logits);
      const weights = farthest.map((one, i) => distanceGradient(logits[i] as Float32Array, one.logits));
      const counterweights = farthest.map((one, i) => distanceGradient(one.logits, logits[i] as Float32Array));
      const direct = await backward(images, weights);
      const squeezed = await backward(
        farthest.map((one) => one.squeezed),
        counterweights,
      );
      const gradients = farthest.map(({ squeezer }, i) => {
        const gradient = squeezed[i] as Float32Array;
        const passed = squeezer.back?.(gradient, images[i] as Pixels, shape) ?? gradient;
        return addScaled(direct[i] as Float32Array, passed, 1);
      });
      return { scores: farthest.map(({ distance }) => distance), gradients };
    },
  };
}

/** ‖softmax(z) − softmax(other)‖₁. */
function probabilityDistance(z: Float32Array, other: Float32Array): number {
  return lengthOf(subtract(softmax(z), softmax(other)), 'l1');
}

/**
 * The gradient of ‖softmax(z) − softmax(other)‖₁ with respect to z: with s = sign(p − q), ∂/∂z_i = p_i Σ_j p_j (s_i −
 * s_j), where nothing cancels when the model is certain.
 */
function distanceGradient(z: Float32Array, other: Float32Array): Float32Array {
  const p = softmax(z);
  const q = softmax(other);
  const signs = p.map((value, k) => Math.sign(value - (q[k] as number)));
  const total = (sign: number) => p.reduce((sum, value, k) => (signs[k] === sign ? sum + value : sum), 0);
  const [rising, even, falling] = [total(1), total(0), total(-1)];
  const slope = { 1: even + 2 * falling, 0: falling - rising, [-1]: -even - 2 * rising } as Record<number, number>;
  return Float32Array.from(p, (value, k) => value * (slope[signs[k] as number] as number));
}

import type { DifferentiableClassifier } from '../classifier.ts';
import { argmax } from '../functional.ts';
import { probeImages } from '../probeImages.ts';

/** How far the most changed pixel is moved: where float32 still tells answers apart, and where few kinks are crossed. */
const steps = [1e-3, 1e-2];
/** A gradient that is right predicts the difference to within this factor of it, kinks included. */
const tolerance = 0.5;

/**
 * Compares the gradient of a difference of logits with central differences along it.
 * @returns false where it disagrees on every image and at every step; true where it is zero, which proves nothing.
 */
export async function hasRightGradient(classifier: DifferentiableClassifier): Promise<boolean> {
  let compared = 0;
  for (const image of probeImages(classifier.input, 2)) {
    const [row] = await classifier.logits([image]);
    if (!row?.every(Number.isFinite)) continue;
    const label = argmax(row);
    const other = argmax(row, label);
    const weights = row.map((_, k) => (k === label ? 1 : k === other ? -1 : 0));
    const { gradients } = await classifier.pullback([image], [[{ kind: 'weights', output: 'logits', weights }]]);
    const gradient = gradients[0]?.[0] as Float32Array;
    const largest = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (!(largest > 0)) continue;
    const slope = gradient.reduce((sum, value) => sum + (value * value) / largest, 0);
    for (const step of steps) {
      compared++;
      const moved = [step, -step].map((by) =>
        image.map((value, i) => value + (by * (gradient[i] as number)) / largest),
      );
      const [ahead, behind] = await classifier.logits(moved);
      const margin = (logits: Float32Array | undefined) => (logits?.[label] as number) - (logits?.[other] as number);
      const found = (margin(ahead) - margin(behind)) / (2 * step);
      if (Math.abs(found - slope) <= tolerance * slope) return true;
    }
  }
  return compared === 0;
}

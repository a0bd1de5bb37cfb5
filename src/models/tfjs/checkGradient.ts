import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Pixels } from '../../data/image.ts';
import type { DifferentiableClassifier } from '../classifier.ts';
import { argmax } from '../functional.ts';
import { probeImages } from '../probeImages.ts';

/**
 * How far the most changed pixel moves: far enough for float32 to show differences, and near enough to cross few kinks.
 */
const steps = [1e-3, 1e-2];
/**
 * A correct gradient predicts a difference to within this fraction of its norm, kinks included: deep networks reach
 * 0.11.
 */
const tolerance = 0.15;
/** Directions besides the gradient itself, to reveal missing parts. */
const others = 3;

/**
 * Compares the gradient of a difference of logits with central differences, along it and along fixed sign patterns.
 * @returns false if it disagrees on every image, at every step; true if it is zero, which proves nothing.
 */
export async function hasRightGradient(classifier: DifferentiableClassifier): Promise<boolean> {
  let compared = 0;
  for (const image of probeImages(classifier.input, 3)) {
    const [row] = await classifier.logits([image]);
    if (!row?.every(Number.isFinite)) continue;
    const label = argmax(row);
    const other = argmax(row, label);
    const weights = row.map((_, k) => (k === label ? 1 : k === other ? -1 : 0));
    const { gradients } = await classifier.pullback([image], [[{ kind: 'weights', output: 'logits', weights }]]);
    const gradient = gradients[0]?.[0] as Float32Array;
    const largest = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (!(largest > 0)) continue;
    compared++;
    const margin = async (x: Pixels) => {
      const [logits] = await classifier.logits([x]);
      return (logits?.[label] as number) - (logits?.[other] as number);
    };
    const directions = [gradient.map((value) => value / largest), ...signs(image.length)];
    if (await agreesAlong(directions, { image, gradient, margin })) return true;
  }
  return compared === 0;
}

/** Fixed patterns of 1 and −1 that look random. */
function signs(length: number): Float32Array[] {
  const random = xoroshiro128plus(5);
  return Array.from({ length: others }, () => new Float32Array(length).map(() => 2 * uniformInt(random, 0, 1) - 1));
}

interface Compared {
  readonly image: Pixels;
  readonly gradient: Float32Array;
  /** The function that is differentiated. */
  margin(x: Pixels): Promise<number>;
}

async function agreesAlong(
  directions: readonly Float32Array[],
  { image, gradient, margin }: Compared,
): Promise<boolean> {
  const norm = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0));
  for (const direction of directions) {
    const predicted = direction.reduce((sum, value, i) => sum + value * (gradient[i] as number), 0);
    // Along sign patterns, the terms of a gradient cancel out to about its norm.
    const allowed = tolerance * Math.max(norm, Math.abs(predicted));
    const differs = async (step: number) => {
      const at = (by: number) => margin(image.map((value, i) => value + by * (direction[i] as number)));
      const found = ((await at(step)) - (await at(-step))) / (2 * step);
      return !(Math.abs(found - predicted) <= allowed);
    };
    let isRight = false;
    for (const step of steps) isRight ||= !(await differs(step));
    if (!isRight) return false;
  }
  return true;
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import type { ImageShape } from '../../data/image.ts';
import { ascendCrossEntropy, atRandomPoint } from './innerAttack.ts';
import type { LabeledPixels, TrainingBatch } from './objective.ts';
import { randomnessOf } from './randomness.ts';
import type { Trainee } from './trainee.ts';

/** Images per batch. */
const batchSize = 64;

/** The attack that training monitors: PGD-10 from a random point, with steps of ε/4. */
const steps = 10;

/** Fractions of images that a model classifies correctly: unchanged, and both unchanged and under attack. */
export interface Accuracies {
  readonly cleanAccuracy: number;
  readonly robustAccuracy: number;
}

/** Images and labels as tensors, which are the caller's to free. */
export function toBatch({ images, labels }: LabeledPixels, shape: ImageShape, classes: number): TrainingBatch {
  const { height, width, channels } = shape;
  const size = height * width * channels;
  const pixels = new Float32Array(images.length * size);
  for (const [i, image] of images.entries()) pixels.set(image, i * size);
  const rows = new Float32Array(labels.length * classes);
  for (const [i, label] of labels.entries()) rows[i * classes + label] = 1;
  return {
    images: tf.tensor4d(pixels, [images.length, height, width, channels]),
    labels: tf.tensor2d(rows, [labels.length, classes]),
  };
}

/**
 * Measures a model on images, against PGD-10 in linf. The same seed starts the attack at the same points, so
 * measurements can be compared between epochs.
 */
export async function measureAccuracy(
  trainee: Trainee,
  set: LabeledPixels,
  { shape, classes, epsilon, seed, signal }: MeasuringOptions,
): Promise<Accuracies> {
  const random = randomnessOf(seed, 'measuring');
  let [clean, robust] = [0, 0];
  for (let from = 0; from < set.images.length; from += batchSize) {
    await nextTurn();
    signal.throwIfAborted();
    const labels = set.labels.slice(from, from + batchSize);
    const batch = toBatch({ images: set.images.slice(from, from + batchSize), labels }, shape, classes);
    const adversarial = ascendCrossEntropy(trainee, batch.images, batch.labels, {
      epsilon,
      stepSize: epsilon / 4,
      // Without a budget, there is nothing to climb.
      steps: epsilon > 0 ? steps : 0,
      start: atRandomPoint(epsilon, random),
    });
    const [right, withstood] = [batch.images, adversarial].map((images) => rightAbout(trainee, images, labels)) as [
      boolean[],
      boolean[],
    ];
    clean += right.filter(Boolean).length;
    robust += right.filter((is, i) => is && withstood[i]).length;
    tf.dispose([batch.images, batch.labels, adversarial]);
  }
  return { cleanAccuracy: clean / set.images.length, robustAccuracy: robust / set.images.length };
}

interface MeasuringOptions {
  readonly shape: ImageShape;
  readonly classes: number;
  readonly epsilon: number;
  readonly seed: number;
  readonly signal: AbortSignal;
}

function rightAbout(trainee: Trainee, images: tf.Tensor4D, labels: readonly number[]): boolean[] {
  const found = tf.tidy(() => tf.argMax(trainee.predict(images), 1).dataSync());
  return labels.map((label, i) => found[i] === label);
}

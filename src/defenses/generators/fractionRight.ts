import { setImmediate as nextTurn } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import { toBatch } from '../training/accuracy.ts';
import type { LabeledPixels } from '../training/objective.ts';
import type { Trainee } from '../training/trainee.ts';
import type { GameContext } from './generatorDefinition.ts';

/** Images per batch. */
const batchSize = 64;

/**
 * The fraction of images that a classifier gets right after a change to them; with a target, that it does not take for the
 * target.
 * @param change of images [N, height, width, channels] with their labels, one-hot; it frees nothing.
 */
export async function fractionRight(
  classifier: Trainee,
  { images, labels }: LabeledPixels,
  { shape, classes }: Pick<GameContext, 'shape' | 'classes'>,
  change: (images: tf.Tensor4D, labels: tf.Tensor2D) => tf.Tensor4D,
  signal: AbortSignal,
  target?: number,
): Promise<number> {
  let right = 0;
  for (let from = 0; from < images.length; from += batchSize) {
    await nextTurn();
    signal.throwIfAborted();
    const part = labels.slice(from, from + batchSize);
    const found = tf.tidy(() => {
      const batch = toBatch({ images: images.slice(from, from + batchSize), labels: part }, shape, classes);
      return tf.argMax(classifier.predict(change(batch.images, batch.labels)), 1).dataSync();
    });
    right += part.filter((label, i) => (target === undefined ? found[i] === label : found[i] !== target)).length;
  }
  return right / images.length;
}

import * as tf from '@tensorflow/tfjs-core';
import { roundedToGrid } from '../../data/grid.ts';
import type { ImageShape, Pixels } from '../../data/image.ts';
import { toBatch } from '../training/accuracy.ts';
import type { LabeledPixels } from '../training/objective.ts';
import type { Trainee } from '../training/trainee.ts';

/** Images per batch. */
const batchSize = 64;

/**
 * Where the images are moved to along the surrogate's gradient: x + λ · sign(∇ₓ log p[label]), within [0, 1] and on the grid
 * of image files (Papernot et al. 2017, arXiv:1602.02697, equation 5; the sign is that of ∇ₓ p[label]).
 * @param labels of each image what the model says it is
 */
export function moved(
  surrogate: Trainee,
  { images, labels }: LabeledPixels,
  { shape, classes, reach }: { readonly shape: ImageShape; readonly classes: number; readonly reach: number },
): Pixels[] {
  const found: Pixels[] = [];
  for (let from = 0; from < images.length; from += batchSize) {
    const [some, own] = [images.slice(from, from + batchSize), labels.slice(from, from + batchSize)];
    const gradients = tf.tidy(() => {
      const batch = toBatch({ images: some, labels: own }, shape, classes);
      return surrogate.gradient(batch.images, (logits) => tf.sub(batch.labels, tf.softmax(logits))).dataSync();
    });
    for (const [i, image] of some.entries()) {
      const start = i * image.length;
      found.push(
        roundedToGrid(
          image.map((value, k) => Math.min(Math.max(value + reach * Math.sign(gradients[start + k] as number), 0), 1)),
        ),
      );
    }
  }
  return found;
}

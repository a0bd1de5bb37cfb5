import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type EqualErrorRate, equalErrorRate } from '../../../../src/evaluation/equalErrorRate.ts';
import { templatesOf } from '../../../../src/models/verification/templates.ts';
import { toInput } from '../../../demo/training/renderings.ts';
import type { Portraits } from './people.ts';

/** The embeddings of images, at unit length. */
function embed(model: LayersModel, images: readonly Uint8Array[]): Float32Array[] {
  const found: Float32Array[] = [];
  for (let start = 0; start < images.length; start += 100) {
    const batch = images.slice(start, start + 100);
    const rows = tf.tidy(() => {
      const vectors = model.predict(toInput(batch, [...batch.keys()])) as tf.Tensor2D;
      return tf.div(vectors, tf.norm(vectors, 'euclidean', 1, true)).arraySync() as number[][];
    });
    found.push(...rows.map((row) => Float32Array.from(row)));
  }
  return found;
}

/**
 * The equal error rate over all pairs of an image and a person of the group.
 * @param enrolled how many of each person's images, the first ones, make the template.
 */
export function heldOutErrorRate(model: LayersModel, { images, labels }: Portraits, enrolled: number): EqualErrorRate {
  const vectors = embed(model, images);
  const people = [...new Set(labels)];
  const own = people.map((person) => vectors.filter((_, i) => labels[i] === person));
  const templates = templatesOf(own.map((all, i) => ({ name: `person ${i}`, vectors: all.slice(0, enrolled) })));
  const pairs = own.flatMap((all, person) =>
    all
      .slice(enrolled)
      .flatMap((vector) =>
        templates.map((template, other) => ({ similarity: dot(vector, template), genuine: other === person })),
      ),
  );
  return equalErrorRate(pairs) as EqualErrorRate;
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}

import type { ImageShape } from '../../src/data/image.ts';
import type { DifferentiableClassifier } from '../../src/models/classifier.ts';
import type { Functional } from '../../src/models/functional.ts';
import { readLogits } from './readLogits.ts';
import { seedOf } from './seedOf.ts';

/** logits = W x + b, computed in float64: the classifier on which attacks have closed forms. */
export function linearClassifier(
  weights: readonly (readonly number[])[],
  biases: readonly number[],
  input: ImageShape,
  batchSize = 4,
): DifferentiableClassifier & { readonly batches: number[] } {
  const batches: number[] = [];
  const rowOf = (image: Float32Array) =>
    weights.map((row, k) => row.reduce((sum, weight, i) => sum + weight * (image[i] as number), biases[k] as number));
  const gradientOf = (functional: Functional, logits: readonly number[]) => {
    const { value, gradient } = seedOf(functional, logits);
    const pixels = (weights[0] ?? []).map((_, i) =>
      weights.reduce((sum, row, k) => sum + (gradient[k] as number) * (row[i] as number), 0),
    );
    return { value, gradient: Float32Array.from(pixels) };
  };
  return {
    input,
    classes: weights.map((_, k) => `class ${k}`),
    engine: 'float64 reference',
    batchSize,
    activations: [],
    batches,
    async logits(images) {
      batches.push(images.length);
      return images.map((image) => Float32Array.from(rowOf(image)));
    },
    async read(images, names) {
      return readLogits(await this.logits(images), names, weights.length);
    },
    async pullback(images, functionals) {
      batches.push(images.length);
      const rows = images.map(rowOf);
      const results = rows.map((row, i) => (functionals[i] ?? []).map((functional) => gradientOf(functional, row)));
      return {
        logits: rows.map((row) => Float32Array.from(row)),
        values: results.map((list) => list.map(({ value }) => value)),
        gradients: results.map((list) => list.map(({ gradient }) => gradient)),
      };
    },
  };
}

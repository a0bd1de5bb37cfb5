import type { ImageShape } from '../../src/data/image.ts';
import type { DifferentiableClassifier } from '../../src/models/classifier.ts';
import { readLogits } from './readLogits.ts';
import { seedOf } from './seedOf.ts';

/** Logits of an image, and the Jacobian there: one row of pixel derivatives a class. */
export interface Evaluation {
  readonly logits: readonly number[];
  readonly jacobian: readonly (readonly number[])[];
}

/** A classifier from a formula, computed in float64: what it answers about an image never depends on the batch. */
export function smoothClassifier(
  classes: number,
  evaluate: (image: Float32Array) => Evaluation,
  input: ImageShape,
  batchSize = 4,
): DifferentiableClassifier {
  return {
    input,
    classes: Array.from({ length: classes }, (_, k) => `class ${k}`),
    engine: 'float64 reference',
    batchSize,
    activations: [],
    async logits(images) {
      return images.map((image) => Float32Array.from(evaluate(image).logits));
    },
    async read(images, names) {
      return readLogits(await this.logits(images), names, classes);
    },
    async pullback(images, functionals) {
      const evaluations = images.map(evaluate);
      const seeds = evaluations.map(({ logits }, i) =>
        (functionals[i] ?? []).map((functional) => seedOf(functional, logits)),
      );
      return {
        logits: evaluations.map(({ logits }) => Float32Array.from(logits)),
        values: seeds.map((list) => list.map(({ value }) => value)),
        gradients: seeds.map((list, i) =>
          list.map(({ gradient }) => transposed(evaluations[i] as Evaluation, gradient)),
        ),
      };
    },
  };
}

function transposed({ jacobian }: Evaluation, gradient: Float32Array): Float32Array {
  return Float32Array.from(jacobian[0] as readonly number[], (_, i) =>
    jacobian.reduce((sum, row, k) => sum + (gradient[k] as number) * (row[i] as number), 0),
  );
}

/** logits = V tanh(W x + b): the smallest network whose gradient turns as the image moves. */
export function tanhNetwork(
  inner: readonly (readonly number[])[],
  biases: readonly number[],
  outer: readonly (readonly number[])[],
  input: ImageShape,
  batchSize = 4,
): DifferentiableClassifier {
  const evaluate = (image: Float32Array): Evaluation => {
    const hidden = inner.map((row, h) =>
      Math.tanh(row.reduce((sum, weight, i) => sum + weight * (image[i] as number), biases[h] as number)),
    );
    const logits = outer.map((row) => row.reduce((sum, weight, h) => sum + weight * (hidden[h] as number), 0));
    return {
      logits,
      // Only where it is asked for: it takes longer than all else.
      get jacobian() {
        const slopes = hidden.map((value) => 1 - value * value);
        return outer.map((row) =>
          Array.from(image, (_, i) =>
            row.reduce((sum, weight, h) => sum + weight * (slopes[h] as number) * (inner[h]?.[i] as number), 0),
          ),
        );
      },
    };
  };
  return smoothClassifier(outer.length, evaluate, input, batchSize);
}

/** Two classes on images of one pixel: class 1 comes nearest at `bottom`, where the gradient changes its sign. */
export function valley(bottom: number): DifferentiableClassifier {
  const evaluate = ([x = 0]: Float32Array): Evaluation => ({
    logits: [8, -((x - bottom) ** 2)],
    jacobian: [[0], [-2 * (x - bottom)]],
  });
  return smoothClassifier(2, evaluate, { height: 1, width: 1, channels: 1 });
}

import type { ImageShape } from '../../src/data/image.ts';
import type { DifferentiableClassifier } from '../../src/models/classifier.ts';
import type { Functional } from '../../src/models/functional.ts';
import { seedOf } from './seedOf.ts';

const heads = ['logits', 'label', 'auxiliary', 'lock'] as const;
type Head = (typeof heads)[number];
type Matrix = readonly (readonly number[])[];

/** The matrices of `headedClassifier`. */
export interface HeadedWeights {
  /** From pixels to the hidden layer. */
  readonly hidden: Matrix;
  /** From the hidden layer to each head. */
  readonly label: Matrix;
  readonly auxiliary: Matrix;
  /** From the auxiliary head to the lock. */
  readonly lock: Matrix;
}

/** What the heads answer about an image, in float64. */
export interface HeadValues extends Readonly<Record<Head, readonly number[]>> {
  /** The gradient of ⟨weights, head⟩ with respect to the image. */
  gradient(head: Head, weights: ArrayLike<number>): number[];
}

/**
 * The smallest network of collaborative training, in float64: h = tanh(H x), Z = L h, Z′ = A h, g = sigmoid(G Z′), and the
 * logits Z ⊙ g.
 */
export function headValues({ hidden, label, auxiliary, lock }: HeadedWeights, image: ArrayLike<number>): HeadValues {
  const h = times(hidden, Array.from(image)).map(Math.tanh);
  const [z, other] = [times(label, h), times(auxiliary, h)];
  const g = times(lock, other).map((value) => 1 / (1 + Math.exp(-value)));
  const throughHidden = (slope: readonly number[]) =>
    transposeTimes(
      hidden,
      slope.map((value, i) => value * (1 - (h[i] as number) ** 2)),
    );
  const throughLock = (slope: readonly number[]) => {
    const inner = slope.map((value, i) => value * (g[i] as number) * (1 - (g[i] as number)));
    return throughHidden(transposeTimes(auxiliary, transposeTimes(lock, inner)));
  };
  const throughLabel = (slope: readonly number[]) => throughHidden(transposeTimes(label, slope));
  return {
    logits: product(z, g),
    label: z,
    auxiliary: other,
    lock: g,
    gradient(head, weights) {
      const w = Array.from(weights);
      if (head === 'label') return throughLabel(w);
      if (head === 'auxiliary') return throughHidden(transposeTimes(auxiliary, w));
      if (head === 'lock') return throughLock(w);
      const viaLock = throughLock(product(w, z));
      return throughLabel(product(w, g)).map((value, i) => value + (viaLock[i] as number));
    },
  };
}

/** That network as a classifier. */
export function headedClassifier(weights: HeadedWeights, input: ImageShape): DifferentiableClassifier {
  return {
    input,
    classes: weights.label.map((_, k) => `class ${k}`),
    engine: 'float64 reference',
    batchSize: 4,
    activations: heads.slice(1),
    async logits(images) {
      return images.map((image) => Float32Array.from(headValues(weights, image).logits));
    },
    async read(images, names) {
      const classes = weights.label.length;
      const values = images.map((image) => {
        const own = headValues(weights, image);
        return names.map((name) => Float32Array.from(own[name as Head]));
      });
      return { shapes: names.map(() => [classes]), values };
    },
    async pullback(images, functionals) {
      const all = images.map((image) => headValues(weights, image));
      const routes = all.map((own, i) => (functionals[i] ?? []).map((functional) => route(functional, own)));
      return {
        logits: all.map(({ logits }) => Float32Array.from(logits)),
        values: routes.map((list) => list.map(({ value }) => value)),
        gradients: routes.map((list) => list.map(({ gradient }) => Float32Array.from(gradient))),
      };
    },
  };
}

function route(functional: Functional, own: HeadValues) {
  if (functional.kind === 'weights') {
    const head = functional.output as Head;
    const scaled = functional.weights.map((weight) => (functional.scale ?? 1) * weight);
    const value = scaled.reduce((sum, weight, k) => sum + weight * (own[head][k] as number), 0);
    return { value, gradient: own.gradient(head, scaled) };
  }
  const { value, gradient } = seedOf(functional, own.logits);
  return { value, gradient: own.gradient('logits', gradient) };
}

function times(matrix: Matrix, vector: readonly number[]): number[] {
  return matrix.map((row) => row.reduce((sum, weight, i) => sum + weight * (vector[i] as number), 0));
}

function transposeTimes(matrix: Matrix, vector: readonly number[]): number[] {
  return (matrix[0] ?? []).map((_, i) =>
    matrix.reduce((sum, row, k) => sum + (row[i] as number) * (vector[k] as number), 0),
  );
}

function product(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, i) => value * (b[i] as number));
}

import fc from 'fast-check';
import { sizeOf } from '../../../../src/data/image.ts';
import type { DifferentiableClassifier } from '../../../../src/models/classifier.ts';
import { dualLength } from '../../../support/boxedHyperplane.ts';
import { linearClassifier } from '../../../support/linearClassifier.ts';

type Norm = 'linf' | 'l2' | 'l1';

/** A linear classifier, an image of class 0 far from the edges of the range, and the boundary that is nearest to it. */
export interface Far {
  readonly classifier: DifferentiableClassifier;
  readonly image: Float32Array;
  readonly nearest: { readonly normal: readonly number[]; readonly distance: number };
}

const weight = fc.integer({ min: -64, max: 64 }).map((k) => k / 16);
const shape = { height: 2, width: 1, channels: 3 } as const;
const row = fc
  .array(weight, { minLength: sizeOf(shape), maxLength: sizeOf(shape) })
  .filter((values) => Math.max(...values.map(Math.abs)) > 0.5);

/** Random ones with a boundary to every other class that is less than 0.2 away, as far as is drawn for each. */
export const farClassifiers: fc.Arbitrary<(norm: Norm) => Far> = fc
  .record({
    own: row,
    differences: fc.uniqueArray(fc.tuple(row, fc.integer({ min: 40, max: 150 })), {
      minLength: 1,
      maxLength: 5,
      selector: ([, thousandths]) => thousandths,
    }),
    pixels: fc.array(
      fc.integer({ min: 116, max: 140 }).map((k) => k / 256),
      {
        minLength: sizeOf(shape),
        maxLength: sizeOf(shape),
      },
    ),
  })
  .map(({ own, differences, pixels }) => (norm) => {
    const image = Float32Array.from(pixels);
    const dot = (values: readonly number[]) => values.reduce((sum, value, i) => sum + value * (image[i] as number), 0);
    const boundaries = differences.map(([normal, thousandths]) => ({ normal, distance: thousandths / 1000 }));
    const weights = [own, ...boundaries.map(({ normal }) => normal.map((w, i) => w + (own[i] as number)))];
    const biases = boundaries.map(({ normal, distance }) => -dot(normal) - distance * dualLength(normal, norm));
    return {
      classifier: linearClassifier(weights, [0, ...biases], shape),
      image,
      nearest: boundaries.reduce((a, b) => (b.distance < a.distance ? b : a)),
    };
  });

/** The direction of unit length in a norm in which ⟨w, ·⟩ grows most; in l1 that is a single value. */
export function away(w: readonly number[], norm: Norm): number[] {
  if (norm === 'linf') return w.map(Math.sign);
  if (norm === 'l2') return w.map((value) => value / dualLength(w, 'l2'));
  const most = w.findIndex((value) => Math.abs(value) === dualLength(w, 'l1'));
  return w.map((value, i) => (i === most ? Math.sign(value) : 0));
}

/** Always answers the same logits, and these gradients for the functionals that it is asked about. */
export function withGradients(logits: readonly number[], gradients: readonly Float32Array[]): DifferentiableClassifier {
  const rows = logits.map(() => [0, 0]);
  const linear = linearClassifier(rows, logits, { height: 1, width: 2, channels: 1 });
  return {
    ...linear,
    async pullback(points, functionals) {
      const answer = await linear.pullback(points, functionals);
      return { ...answer, gradients: points.map((_, i) => gradients.slice(0, functionals[i]?.length)) };
    },
  };
}

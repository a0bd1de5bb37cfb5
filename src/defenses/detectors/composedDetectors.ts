import { clip } from '../../geometry/range.ts';
import { addScaled } from '../../geometry/vector.ts';
import type { Batch } from '../../models/classifier.ts';
import type { Detector, DetectorPullback } from './detector.ts';

/**
 * The same detector on images that are first moved against its score: x − ε sign(∇ₓ s(x)) (Lee et al. 2018, equation 4,
 * where the score has the opposite sign). Its gradient is that at the moved image, which changes one to one with the
 * image except where the sign jumps.
 * @param magnitude ε, in the pixel range.
 */
export function movedAgainst(detector: Detector, magnitude: number): Detector {
  const moved = async (images: Batch) => {
    const { gradients } = await detector.pullback(images);
    return images.map((image, i) => clip(addScaled(image, (gradients[i] as Float32Array).map(Math.sign), -magnitude)));
  };
  return {
    score: async (images) => detector.score(await moved(images)),
    pullback: async (images) => detector.pullback(await moved(images)),
  };
}

/** The weighted sum of the scores of several detectors. */
export function weightedSum(detectors: readonly Detector[], weights: readonly number[]): Detector {
  const sumOf = (rows: readonly (readonly number[])[], i: number) =>
    rows.reduce((sum, row, k) => sum + (weights[k] as number) * (row[i] as number), 0);
  return {
    async score(images) {
      const rows: (readonly number[])[] = [];
      for (const detector of detectors) rows.push(await detector.score(images));
      return images.map((_, i) => sumOf(rows, i));
    },
    async pullback(images) {
      const parts: DetectorPullback[] = [];
      for (const detector of detectors) parts.push(await detector.pullback(images));
      const rows = parts.map(({ scores }) => scores);
      return {
        scores: images.map((_, i) => sumOf(rows, i)),
        gradients: images.map((image, i) =>
          parts.reduce(
            (sum, { gradients }, k) => addScaled(sum, gradients[i] as Float32Array, weights[k] as number),
            new Float32Array(image.length),
          ),
        ),
      };
    },
  };
}

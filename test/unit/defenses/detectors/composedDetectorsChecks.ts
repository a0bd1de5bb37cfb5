import assert from 'node:assert/strict';
import type * as composed from '../../../../src/defenses/detectors/composedDetectors.ts';
import type { Detector } from '../../../../src/defenses/detectors/detector.ts';
import type { Checks } from '../../../support/checks.ts';

const linear = (slope: number): Detector => ({
  score: async (images) => images.map(([x = 0]) => slope * x),
  pullback: async (images) => ({
    scores: images.map(([x = 0]) => slope * x),
    gradients: images.map(() => Float32Array.of(slope)),
  }),
});

/** The sum of squares. */
const square: Detector = {
  score: async (images) => images.map((image) => image.reduce((sum, x) => sum + x * x, 0)),
  pullback: async (images) => ({
    scores: await square.score(images),
    gradients: images.map((image) => image.map((x) => 2 * x)),
  }),
};

export const composedDetectorsChecks: Checks<typeof composed> = {
  'scores are added by their weights': async ({ weightedSum }) => {
    const sum = weightedSum([linear(2), linear(3)], [10, -1]);
    assert.deepEqual(await sum.score([Float32Array.of(2), Float32Array.of(1)]), [34, 17]);
  },
  'gradients are added by their weights': async ({ weightedSum }) => {
    const { scores, gradients } = await weightedSum([linear(2), square], [10, -1]).pullback([
      Float32Array.of(2),
      Float32Array.of(0.5),
    ]);
    assert.deepEqual(scores, [36, 9.75]);
    assert.deepEqual(gradients, [Float32Array.of(16), Float32Array.of(19)]);
  },
  'an image is moved down its score, within the range of pixels': async ({ movedAgainst }) => {
    const moved = movedAgainst(square, 0.25);
    assert.deepEqual(await moved.score([Float32Array.of(1, 0.5), Float32Array.of(0.125, 0)]), [0.5625 + 0.0625, 0]);
  },
  'the gradient is that at the moved image': async ({ movedAgainst }) => {
    const { scores, gradients } = await movedAgainst(square, 0.25).pullback([Float32Array.of(1, 0.5)]);
    assert.deepEqual(scores, [0.625]);
    assert.deepEqual(gradients, [Float32Array.of(1.5, 0.5)]);
  },
};

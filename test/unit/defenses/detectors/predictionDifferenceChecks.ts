import assert from 'node:assert/strict';
import type { predictionDifference } from '../../../../src/defenses/detectors/predictionDifference.ts';
import { medianOf2x2, type Squeezer } from '../../../../src/defenses/detectors/squeezers.ts';
import type { Checks } from '../../../support/checks.ts';
import { linearClassifier } from '../../../support/linearClassifier.ts';
import { tanhNetwork } from '../../../support/smoothClassifier.ts';

const shape = { height: 2, width: 2, channels: 1 } as const;
const shiftedBy = (name: string, amount: number): Squeezer => ({
  name,
  squeeze: (pixels) => pixels.map((value) => value + amount),
});
/** Logits are (s, 0) with s the sum of four pixels: a shift by d moves them by 4 d. */
const summing = linearClassifier(
  [
    [1, 1, 1, 1],
    [0, 0, 0, 0],
  ],
  [0, 0],
  shape,
);
const image = (value: number) => new Float32Array(4).fill(value);
const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
const near = (found: number | undefined, wanted: number, slack = 1e-6) =>
  assert.ok(Math.abs((found as number) - wanted) <= slack, `${found} is not ${wanted}`);

/** Four classes on four pixels. */
const smooth = tanhNetwork(
  [
    [1, -2, 0.5, 1],
    [0.3, 1, -1, 0.6],
    [-1, 0.2, 1.5, -0.7],
  ],
  [0.1, -0.2, 0.3],
  [
    [2, 0, 1],
    [0, 2, -1],
    [-1, 1, 2],
    [0.5, -1, 0.5],
  ],
  shape,
);
const points = [Float32Array.from([0.1, 0.8, 0.45, 0.3]), Float32Array.from([0.9, 0.2, 0.35, 0.6])];

async function agreesWithDifferences(make: typeof predictionDifference, squeezers: readonly Squeezer[]): Promise<void> {
  const detector = make(smooth, squeezers);
  const { scores, gradients } = await detector.pullback(points);
  assert.deepEqual(scores, await detector.score(points));
  const step = 1 / 512;
  for (const [i, point] of points.entries()) {
    for (const [j] of point.entries()) {
      const moved = (by: number) => point.map((value, k) => (k === j ? value + by : value));
      const [ahead, behind] = await detector.score([moved(step), moved(-step)]);
      near(gradients[i]?.[j], ((ahead as number) - (behind as number)) / (2 * step), 2e-4);
    }
  }
}

export const predictionDifferenceChecks: Checks<typeof predictionDifference> = {
  'the score is the l1 distance of the probabilities': async (make) => {
    const [score] = await make(summing, [shiftedBy('up', 0.5)]).score([image(0)]);
    near(score, 2 * (sigmoid(2) - sigmoid(0)));
  },
  'the largest of several counts, wherever it stands': async (make) => {
    const [small, large] = [shiftedBy('small', 0.1), shiftedBy('large', -0.5)];
    for (const squeezers of [
      [small, large],
      [large, small],
    ]) {
      const [score] = await make(summing, squeezers).score([image(0)]);
      near(score, 2 * (sigmoid(0) - sigmoid(-2)));
    }
  },
  'each image has its own largest': async (make) => {
    const up = shiftedBy('up', 0.5);
    const down = shiftedBy('down', -0.5);
    const scores = await make(summing, [up, down]).score([image(-0.5), image(0.5)]);
    for (const score of scores) near(score, 2 * (sigmoid(2) - sigmoid(0)));
  },
  'the gradient agrees with differences where squeezing moves every image alike': (make) =>
    agreesWithDifferences(make, [shiftedBy('small', 0.02), shiftedBy('large', 0.3)]),
  'the gradient agrees with differences through the median': (make) => agreesWithDifferences(make, [medianOf2x2]),
  'a sure model has a gradient yet': async (make) => {
    const { gradients } = await make(summing, [shiftedBy('up', -12)]).pullback([image(10)]);
    // With p = 1/(1 + e^−40) and q = 1/(1 + e^8): d/ds of 2 (p − q) is −2 q (1 − q) but for 1e-17.
    const q = sigmoid(-8);
    for (const value of gradients[0] as Float32Array) near(value / (-2 * q * (1 - q)), 1, 1e-5);
  },
};

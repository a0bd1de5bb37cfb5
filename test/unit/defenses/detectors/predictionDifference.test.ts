import assert from 'node:assert/strict';
import { featureSqueezing } from '../../../../src/defenses/detectors/featureSqueezing.ts';
import { jpeg } from '../../../../src/defenses/detectors/jpeg.ts';
import { predictionDifference } from '../../../../src/defenses/detectors/predictionDifference.ts';
import { itPasses } from '../../../support/checks.ts';
import { linearClassifier } from '../../../support/linearClassifier.ts';
import { anyCounterexampleWillDo, itFailsOf } from '../../../support/mutants/itFailsOf.ts';
import { predictionDifferenceChecks } from './predictionDifferenceChecks.ts';

describe('the difference of predictions', () => {
  itPasses(predictionDifferenceChecks, predictionDifference);
});

describe('feature squeezing and JPEG consistency', () => {
  const empty = { values: {}, arrays: {} };
  const checkerboard = Float32Array.from({ length: 64 }, (_, i) => (i + (i >> 3)) % 2);
  const flat = new Float32Array(64).fill(1);
  /** Sees the contrast between fields of a checkerboard. */
  const contrast = linearClassifier(
    [Array.from({ length: 64 }, (_, i) => ((i + (i >> 3)) % 2 ? 0.2 : -0.2)), new Array(64).fill(0)],
    [0, 0],
    { height: 8, width: 8, channels: 1 },
  );

  it('finds what a median takes away, and an image of one value unsuspicious', async () => {
    for (const squeezers of ['auto', 'mnist', 'cifar', 'imagenet'] as const) {
      const detector = await featureSqueezing.bind(empty, { squeezers }, contrast);
      const [suspicious, clean] = await detector.score([checkerboard, flat]);
      assert.ok((suspicious as number) > 0.5 && clean === 0, `${suspicious}, ${clean}`);
    }
  });

  it('takes the squeezers of the dataset that has images of the size', async () => {
    const shapes = [
      [28, 1],
      [32, 1],
      [32, 3],
      [65, 3],
    ] as const;
    const scores: number[][] = [];
    for (const [side, channels] of shapes) {
      const size = side * side * channels;
      const image = Float32Array.from({ length: size }, (_, i) => (((i * 7919) % 64) + 96) / 255);
      const weights = [Array.from({ length: size }, (_, i) => Math.sin(i * i) / 8), new Array(size).fill(0)];
      const model = linearClassifier(weights, [0, 0], { height: side, width: side, channels });
      const score = async (squeezers: 'auto' | 'mnist' | 'cifar' | 'imagenet') =>
        (await (await featureSqueezing.bind(empty, { squeezers }, model)).score([image]))[0] as number;
      scores.push([await score('auto'), await score('mnist'), await score('cifar'), await score('imagenet')]);
    }
    for (const [i, preset] of [1, 2, 2, 3].entries()) assert.equal(scores[i]?.[0], scores[i]?.[preset]);
  });

  it('passes JPEG by on the way back', async () => {
    const detector = await jpeg.bind(empty, { quality: 75 }, contrast);
    const { scores, gradients } = await detector.pullback([checkerboard.map((value) => 0.4 + value / 5)]);
    assert.deepEqual(scores, await detector.score([checkerboard.map((value) => 0.4 + value / 5)]));
    assert.equal(gradients[0]?.length, 64);
  });
});

describe('the checks tell broken code from sound code in differences of predictions', () => {
  anyCounterexampleWillDo();
  itFailsOf(predictionDifferenceChecks, 'defenses/detectors/predictionDifference.ts', 'predictionDifference', {
    'the smallest of several counts': ['best.distance >= distance', 'best.distance <= distance'],
    'the last of several counts': ['best.distance >= distance', 'best.distance >= Infinity'],
    'the first of several counts': ['best.distance >= distance', 'best.distance >= -1'],
    'logits are compared': ['subtract(softmax(z), softmax(other))', 'subtract(z, other)'],
    'probabilities are compared with logits': ['subtract(softmax(z), softmax(other))', 'subtract(softmax(z), other)'],
    'differences cancel': [
      "lengthOf(subtract(softmax(z), softmax(other)), 'l1')",
      'subtract(softmax(z), softmax(other)).reduce((sum, difference) => sum + difference, 0)',
    ],
    'distances are squared': [
      "lengthOf(subtract(softmax(z), softmax(other)), 'l1')",
      "lengthOf(subtract(softmax(z), softmax(other)), 'l2') ** 2",
    ],
    'the gradient is that at the image alone': [
      'addScaled(direct[i] as Float32Array, passed, 1)',
      '(direct[i] as Float32Array)',
    ],
    'the gradient leaves out the image': [
      'addScaled(direct[i] as Float32Array, passed, 1)',
      'addScaled(new Float32Array(passed.length), passed, 1)',
    ],
    'the squeezed side has the wrong sign': ['as Float32Array, passed, 1)', 'as Float32Array, passed, -1)'],
    'the median is passed by': ['squeezer.back?.(gradient, images[i] as Pixels, shape) ?? gradient', 'gradient'],
    'the gradient is taken at the image twice': ['farthest.map((one) => one.squeezed)', 'images'],
    'signs are those of the other side': ['Math.sign(value - (q[k] as number))', 'Math.sign((q[k] as number) - value)'],
    'softmax is left out of the gradient': [
      'value * (slope[signs[k] as number] as number)',
      'slope[signs[k] as number] as number',
    ],
  });
});

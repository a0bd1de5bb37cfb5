import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
// Registers the gradients of TensorFlow.js.
import '@tensorflow/tfjs-layers';
import type { collaborativeLoss } from '../../../../src/defenses/training/collaborative/loss.ts';
import type { Checks } from '../../../support/checks.ts';

type Loss = typeof collaborativeLoss;

/** Logits whose softmax is this row. */
const logitsOf = (...probabilities: number[]) => probabilities.map(Math.log);

/** Two images of the classes 0 and 2, whose partners are 1 and 0; each head gives probabilities that one can read off. */
const clean = {
  locked: [logitsOf(0.5, 0.25, 0.25), logitsOf(0.1, 0.1, 0.8)],
  auxiliary: [logitsOf(0.2, 0.7, 0.1), logitsOf(0.4, 0.3, 0.3)],
};
const adversarial = {
  locked: [logitsOf(0.3, 0.3, 0.4), logitsOf(0.6, 0.3, 0.1)],
  auxiliary: [logitsOf(0.5, 0.3, 0.2), logitsOf(0.9, 0.05, 0.05)],
};
const labels = [
  [1, 0, 0],
  [0, 0, 1],
];
const partners = [
  [0, 1, 0],
  [1, 0, 0],
];

type Rows = { readonly locked: readonly number[][]; readonly auxiliary: readonly number[][] };

function heads({ locked, auxiliary }: Rows) {
  return { locked: tf.tensor2d(locked as number[][]), auxiliary: tf.tensor2d(auxiliary as number[][]) };
}

function lossOf(loss: Loss, bounded: boolean, attacked: Rows = adversarial): number {
  return tf.tidy(() => {
    const answers = { labels: tf.tensor2d(labels), partners: tf.tensor2d(partners) };
    return loss(heads(clean), heads(attacked), answers, bounded).dataSync()[0] as number;
  });
}

/** The gradient with respect to the second head’s logits for the adversarial images. */
function slopeOf(loss: Loss, bounded: boolean, auxiliary: readonly number[][]): number[][] {
  return tf.tidy(() => {
    const answers = { labels: tf.tensor2d(labels), partners: tf.tensor2d(partners) };
    const { locked } = heads(adversarial);
    const along = tf.grad((z: tf.Tensor) =>
      loss(heads(clean), { locked, auxiliary: z as tf.Tensor2D }, answers, bounded),
    );
    return along(tf.tensor2d(auxiliary as number[][])).arraySync() as number[][];
  });
}

function close(actual: number, expected: number, tolerance = 1e-5): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);
}

const mean = (a: number, b: number) => (a + b) / 2;
const onLabels = 0.4 * mean(-Math.log(0.5), -Math.log(0.8)) + 0.4 * mean(-Math.log(0.3), -Math.log(0.1));
const onCleanPartners = 0.1 * mean(-Math.log(0.7), -Math.log(0.4));

/** What is known of the loss, computed by hand. */
export const collaborativeLossChecks: Checks<Loss> = {
  'bounded: equations 9 and 10 with −log(1 − p)': (loss) =>
    close(lossOf(loss, true), onLabels + onCleanPartners + 0.1 * mean(-Math.log(1 - 0.3), -Math.log(1 - 0.9))),

  'as printed: equations 9 and 10': (loss) =>
    close(lossOf(loss, false), onLabels + onCleanPartners + 0.1 * mean(Math.log(0.3), Math.log(0.9))),

  'as printed, it stops falling at p = 1e-7': (loss) => {
    const gone = (z: number) => ({ ...adversarial, auxiliary: [logitsOf(0.5, 0.3, 0.2), [-z, 0, 0]] });
    close(lossOf(loss, false, gone(30)), lossOf(loss, false, gone(60)));
    close(lossOf(loss, false, gone(30)), onLabels + onCleanPartners + 0.1 * mean(Math.log(0.3), Math.log(1e-7)));
  },

  'bounded, it is exact where the second head is sure of the partner': (loss) => {
    const sure = {
      ...adversarial,
      auxiliary: [
        [0, 40, 0],
        [0, 0, 0],
      ],
    };
    // 1 − p = 2 e⁻⁴⁰, which float32 cannot tell from 0.
    const expected = 0.1 * mean(40 - Math.log(2), -Math.log(2 / 3));
    close(lossOf(loss, true, sure), onLabels + onCleanPartners + expected, 1e-4);
  },

  'either way, descent leads the second head from the partner of an adversarial image': (loss) => {
    for (const bounded of [true, false]) {
      const [first, second] = slopeOf(loss, bounded, adversarial.auxiliary) as [number[], number[]];
      assert.deepEqual(
        [first, second].map((row) => row.map(Math.sign)),
        [
          [-1, 1, -1],
          [1, -1, -1],
        ],
      );
    }
  },
};

import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { startTensorFlow } from '../../../../../src/models/tfjs/backend.ts';
import { registerTrainingGradients } from '../../../../../src/models/tfjs/training/trainingGradients.ts';

type Pooling = { readonly poolSize: number; readonly strides: number; readonly padding: 'same' | 'valid' };

const poolings: readonly Pooling[] = [
  { poolSize: 2, strides: 2, padding: 'valid' },
  { poolSize: 2, strides: 2, padding: 'same' },
  { poolSize: 3, strides: 2, padding: 'same' },
  { poolSize: 3, strides: 1, padding: 'valid' },
];

/** What training takes for the gradient of a pooling, where TensorFlow.js's own errs on WebAssembly. */
describe('gradients of pooling, as training takes them', () => {
  before(async () => {
    await startTensorFlow();
    registerTrainingGradients();
    registerTrainingGradients();
  });

  const layers = {
    maximum: (options: Pooling) => tfl.layers.maxPooling2d(options),
    mean: (options: Pooling) => tfl.layers.averagePooling2d(options),
  };
  for (const [name, build] of Object.entries(layers)) {
    for (const options of poolings) {
      it(`agree with finite differences: ${name}, ${JSON.stringify(options)}`, () => {
        const layer = build(options);
        // Negative, and far enough from each other that a small step changes no maximum.
        const order = Array.from({ length: 2 * 5 * 5 * 3 }, (_, i) => (37 * i) % (2 * 5 * 5 * 3));
        const x = tf.tensor4d(
          Float32Array.from(order, (place) => -1 - place / 10),
          [2, 5, 5, 3],
        );
        const value = (at: tf.Tensor) => layer.apply(at) as tf.Tensor;
        const costs = tf.randomUniform(value(x).shape, -1, 1, 'float32', 4);
        const loss = (at: tf.Tensor) => tf.sum(tf.mul(value(at), costs)) as tf.Scalar;
        const gradient = tf.grad(loss)(x);
        const direction = tf.randomUniform(x.shape, -1, 1, 'float32', 5);
        const [ahead, behind] = [0.02, -0.02].map((step) => loss(tf.add(x, tf.mul(direction, step))).dataSync()[0]);
        const found = ((ahead as number) - (behind as number)) / 0.04;
        const expected = tf.sum(tf.mul(gradient, direction)).dataSync()[0] as number;
        assert.ok(Math.abs(expected) > 0.1, `${expected} says nothing`);
        assert.ok(Math.abs(found - expected) < 0.02, `${expected}, and by differences ${found}`);
      });
    }
  }
});

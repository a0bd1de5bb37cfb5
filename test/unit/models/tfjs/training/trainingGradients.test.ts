import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import { startTensorFlow } from '../../../../../src/models/tfjs/backend.ts';
import {
  registerFilterGradients,
  replaceInputGradient,
} from '../../../../../src/models/tfjs/training/filterGradients.ts';
import { architectures } from '../../../../support/architectures.ts';
import { fillWeights } from '../../../../support/fillWeights.ts';

/** Smooth ones, in which finite differences of the weights meet no kink. */
const smooth = [
  'convolution, same',
  'convolution, even kernel, no bias',
  'convolution, strided, same',
  'convolution, strided, valid',
  'convolution, stride 2 and kernel 1',
  'convolution, unequal strides',
  'convolution with tanh',
  'depthwise convolution',
  'depthwise convolution, multiplier 2',
  'transposed convolution',
  'batch normalization',
  'average pooling',
  'global average pooling',
];

describe('weight gradients, as training takes them', () => {
  before(async () => {
    const { kind } = await startTensorFlow();
    if (kind === 'wasm') {
      registerFilterGradients();
      replaceInputGradient();
    }
  });

  for (const name of smooth) {
    it(`agree with finite differences: ${name}`, () => {
      const model = fillWeights((architectures[name] as () => ReturnType<typeof fillWeights>)());
      const images = tf.randomUniform([2, 9, 9, 3], 0, 1, 'float32', 1);
      const costs = tf.randomUniform([2, 5], -1, 1, 'float32', 2);
      const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
      const loss = () => tf.tidy(() => tf.sum(tf.mul(tf.tanh(model.predict(images) as tf.Tensor), costs)) as tf.Scalar);
      const training = () => tf.sum(tf.mul(tf.tanh(model.apply(images) as tf.Tensor), costs)) as tf.Scalar;
      const { grads } = tf.variableGrads(training, variables);
      for (const [i, variable] of variables.entries()) {
        const gradient = grads[variable.name] as tf.Tensor;
        const direction = tf.randomUniform(variable.shape, -1, 1, 'float32', 10 + i);
        const at = tf.clone(variable);
        const step = 5e-3 / Math.max(1, Math.sqrt(variable.size));
        const [ahead, behind] = [step, -step].map((length) => {
          variable.assign(tf.add(at, tf.mul(direction, length)));
          return loss().dataSync()[0] as number;
        }) as [number, number];
        variable.assign(at);
        const expected = tf.sum(tf.mul(gradient, direction)).dataSync()[0] as number;
        const scale = tf.norm(gradient).dataSync()[0] as number;
        const found = (ahead - behind) / (2 * step);
        assert.ok(scale > 0);
        assert.ok(
          Math.abs(found - expected) < 0.03 * scale + 3e-3,
          `${variable.name}: ${expected}, and by differences ${found}`,
        );
      }
    });
  }
});

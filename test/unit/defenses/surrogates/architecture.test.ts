import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import type { ImageShape } from '../../../../src/data/image.ts';
import { forget, networkFor } from '../../../../src/defenses/surrogates/architecture.ts';
import { moved } from '../../../../src/defenses/surrogates/augmentation.ts';
import { toBatch } from '../../../../src/defenses/training/accuracy.ts';
import { Trainee } from '../../../../src/defenses/training/trainee.ts';
import { noPreprocessing } from '../../../../src/models/preprocessing.ts';
import { startTensorFlow } from '../../../../src/models/tfjs/backend.ts';
import { withoutSoftmax } from '../../../../src/models/tfjs/operations/withoutSoftmax.ts';
import { toyModel, toySet, toyShape } from '../../../support/trainingToys.ts';

const shapes: readonly (readonly [ImageShape, convolutions: number])[] = [
  [{ height: 1, width: 2, channels: 1 }, 1],
  [{ height: 8, width: 8, channels: 1 }, 1],
  [{ height: 28, width: 28, channels: 1 }, 2],
  [{ height: 32, width: 40, channels: 3 }, 3],
  [{ height: 224, width: 224, channels: 3 }, 5],
];

describe('the network of a surrogate', () => {
  before(() => startTensorFlow());

  for (const [shape, convolutions] of shapes) {
    it(`of ${shape.height} × ${shape.width} images has ${convolutions} stages, and an output for each class`, () => {
      const model = networkFor(shape, 7);
      assert.deepEqual(model.inputs[0]?.shape, [null, shape.height, shape.width, shape.channels]);
      assert.deepEqual(model.outputs[0]?.shape, [null, 7]);
      assert.equal(model.layers.filter(({ name }) => name.endsWith('_conv')).length, convolutions);
      model.dispose();
    });
  }

  it('forgets what it knew: the same seed gives the same weights, of the variance of He', () => {
    const model = networkFor({ height: 32, width: 32, channels: 3 }, 18);
    const weightsOf = (seed: number) => {
      forget(model, seed);
      return model.getWeights().map((weight) => Array.from(weight.dataSync()));
    };
    const [first, other, again] = [weightsOf(1), weightsOf(2), weightsOf(1)];
    assert.deepEqual(first, again);
    assert.notDeepEqual(first, other);
    for (const [i, { name, shape }] of model.weights.entries()) {
      const values = first[i] as number[];
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      if (shape.length < 2) {
        assert.ok(
          values.every((value) => value === (/gamma|variance/.test(name) ? 1 : 0)),
          name,
        );
        continue;
      }
      const inputs = shape.slice(0, -1).reduce<number>((a, b) => a * (b as number), 1);
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
      assert.ok(Math.abs((variance * inputs) / 2 - 1) < 0.15, `${name}: ${(variance * inputs) / 2}`);
    }
    model.dispose();
  });
});

describe('moving images to where a surrogate is less sure', () => {
  before(() => startTensorFlow());

  it('goes so far in each value, along the sign of the gradient of the logarithm of the probability', async () => {
    const surrogate = new Trainee(await withoutSoftmax(toyModel()), noPreprocessing);
    const set = toySet(70);
    const reach = 0.1;
    const found = moved(surrogate, set, { shape: toyShape, classes: 3, reach });
    assert.equal(found.length, 70);
    const likelihood = (image: Float32Array, label: number) =>
      tf.tidy(() => {
        const { images } = toBatch({ images: [image], labels: [label] }, toyShape, 3);
        return tf.logSoftmax(surrogate.predict(images)).dataSync()[label] as number;
      });
    // The first image of the second batch, too.
    for (const i of [0, 66]) {
      const [image, label, point] = [set.images[i], set.labels[i], found[i]] as [Float32Array, number, Float32Array];
      let told = 0;
      for (let k = 0; k < image.length; k += 5) {
        const at = (step: number) =>
          likelihood(
            image.map((value, j) => (j === k ? value + step : value)),
            label,
          );
        const slope = (at(1e-2) - at(-1e-2)) / 2e-2;
        // Where pooling changes its mind, or the slope is too small, differences do not tell.
        if (Math.abs(slope) < 0.05) continue;
        told++;
        const expected = Math.min(Math.max((image[k] as number) + reach * Math.sign(slope), 0), 1);
        assert.ok(Math.abs((point[k] as number) - expected) < 1 / 255, `${point[k]} is not ${expected}`);
      }
      assert.ok(told > 3, `${told} values tell`);
      assert.ok(
        point.every((value) => Math.abs(255 * value - Math.round(255 * value)) < 1e-4),
        'on the grid',
      );
    }
    surrogate.dispose();
  });
});

import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { startTensorFlow } from '../../../../../src/models/tfjs/backend.ts';
import { withoutSoftmax } from '../../../../../src/models/tfjs/operations/withoutSoftmax.ts';
import { UserError } from '../../../../../src/userError.ts';
import { fillWeights } from '../../../../support/fillWeights.ts';

const { activation, dense, dropout, flatten, reshape, softmax } = tfl.layers;
const sequential = (...layers: tfl.layers.Layer[]) =>
  fillWeights(tfl.sequential({ layers: [flatten({ inputShape: [2, 2, 1] }), dense({ units: 6 }), ...layers] }));

/** A model used as a layer, and one more of the same. */
function nested(): tfl.LayersModel {
  const inner = tfl.sequential({ layers: [dense({ units: 3, inputShape: [6], activation: 'softmax', name: 'top' })] });
  return sequential(inner);
}

const endings: Readonly<Record<string, () => tfl.LayersModel>> = {
  'a dense layer with softmax': () => sequential(dense({ units: 3, activation: 'softmax' })),
  'an activation': () => sequential(dense({ units: 3, activation: 'relu' }), activation({ activation: 'softmax' })),
  'a softmax layer': () => sequential(dense({ units: 3 }), softmax()),
  'softmax, and what only changes the shape': () =>
    sequential(dense({ units: 3, activation: 'softmax' }), dropout({ rate: 0.5 }), reshape({ targetShape: [1, 3] })),
  'a model used as a layer': nested,
};

describe('a model without its softmax', () => {
  before(async () => {
    await startTensorFlow();
  });

  for (const [name, build] of Object.entries(endings)) {
    it(`gives the logits of one that ends in ${name}`, async () => {
      const model = build();
      const images = tf.randomUniform([5, 2, 2, 1], -1, 1, 'float32', 1);
      const copy = await withoutSoftmax(model);
      const [probabilities, logits] = [model, copy].map(
        (of) => tf.reshape(of.predict(images) as tf.Tensor, [5, 3]) as tf.Tensor2D,
      ) as [tf.Tensor2D, tf.Tensor2D];
      assert.ok(Math.abs((tf.mean(tf.sum(logits, 1)).dataSync()[0] as number) - 1) > 0.01, 'still probabilities');
      const again = tf.softmax(logits).dataSync();
      for (const [i, value] of probabilities.dataSync().entries()) {
        assert.ok(Math.abs(value - (again[i] as number)) < 1e-6);
      }
    });

    it(`is a copy, whose weights fit the original: ${name}`, async () => {
      const model = build();
      const given = model.getWeights().map((weight) => Array.from(weight.dataSync()));
      const copy = await withoutSoftmax(model);
      copy.setWeights(copy.getWeights().map((weight) => tf.add(weight, 1)));
      assert.deepEqual(
        model.getWeights().map((weight) => Array.from(weight.dataSync())),
        given,
      );
      model.setWeights(copy.getWeights());
      for (const [i, weight] of model.getWeights().entries()) {
        assert.deepEqual(
          Array.from(weight.dataSync()),
          given[i]?.map((value) => Math.fround(value + 1)),
        );
      }
    });
  }

  it('is the model itself where it ends in logits', async () => {
    const model = sequential(dense({ units: 3 }));
    const images = tf.randomUniform([5, 2, 2, 1], -1, 1, 'float32', 1);
    const [expected, found] = [model, await withoutSoftmax(model)].map((of) =>
      (of.predict(images) as tf.Tensor).dataSync(),
    );
    assert.deepEqual(found, expected);
  });

  it('is refused where a model ends in something else', async () => {
    await assert.rejects(withoutSoftmax(sequential(dense({ units: 3, activation: 'sigmoid' }))), UserError);
  });
});

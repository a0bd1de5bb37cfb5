import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { mersenne } from 'pure-rand/generator/mersenne';
import { sizeOf } from '../../../../src/data/image.ts';
import type { DifferentiableClassifier } from '../../../../src/models/classifier.ts';
import { softmax } from '../../../../src/models/functional.ts';
import { noPreprocessing, type Preprocessing } from '../../../../src/models/preprocessing.ts';
import { startTensorFlow } from '../../../../src/models/tfjs/backend.ts';
import { writeLayersModel } from '../../../../src/models/tfjs/training/writeLayersModel.ts';
import { architectures } from '../../../support/architectures.ts';
import { fillWeights } from '../../../support/fillWeights.ts';
import { openOnTensorFlow } from '../../../support/openOnTensorFlow.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

const random = mersenne(7);
const uniform = (count: number, low = 0, high = 1) =>
  Float32Array.from({ length: count }, () => low + (high - low) * uniformFloat64(random));

/** An image whose values lie apart, so that no maximum changes hands within a small step. */
function spaced(count: number): Float32Array {
  const order = uniform(count);
  return Float32Array.from(
    Array.from({ length: count }, (_, i) => i).sort((a, b) => (order[a] as number) - (order[b] as number)),
    (rank) => (rank + 0.5) / count,
  );
}

describe('layers classifier', () => {
  const folder = temporaryFolder();
  before(async () => {
    await startTensorFlow();
  });

  const open = async (model: LayersModel, preprocessing: Preprocessing = noPreprocessing) =>
    openOnTensorFlow(await writeLayersModel(model, folder.at('model')), { preprocessing });

  /** ⟨weights, logits⟩ of each image, from the forward pass alone. */
  const valuesAt = async (classifier: DifferentiableClassifier, images: Float32Array[], weights: Float32Array) =>
    (await classifier.logits(images)).map((row) => row.reduce((sum, z, k) => sum + z * (weights[k] as number), 0));

  for (const [name, build] of Object.entries(architectures)) {
    it(`differentiates: ${name}`, async () => {
      const model = fillWeights(build());
      const classifier = await open(model, { mean: [0.5, 0.4, 0.3], std: [0.5, 0.25, 0.2], channels: 'bgr' });
      const size = sizeOf(classifier.input);
      const images = [spaced(size), spaced(size)];
      const weights = uniform(classifier.classes.length, -1, 1);
      const functional = { kind: 'weights', output: 'logits', weights } as const;
      const { values, gradients, logits } = await classifier.pullback(images, [[functional], [functional]]);
      assert.deepEqual(logits, await classifier.logits(images));

      const step = 2e-4;
      const direction = uniform(size, -1, 1);
      const moved = (sign: number) =>
        images.map((image) => image.map((x, i) => x + sign * step * (direction[i] as number)));
      const [ahead, behind] = [
        await valuesAt(classifier, moved(1), weights),
        await valuesAt(classifier, moved(-1), weights),
      ];
      const at = await valuesAt(classifier, images, weights);
      for (const [i] of images.entries()) {
        const gradient = gradients[i]?.[0] as Float32Array;
        const derivative = gradient.reduce((sum, g, j) => sum + g * (direction[j] as number), 0);
        const slopes = [(ahead[i] as number) - (at[i] as number), (at[i] as number) - (behind[i] as number)];
        const [low, high] = [Math.min(...slopes) / step, Math.max(...slopes) / step];
        const scale = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0));
        assert.ok(scale > 0);
        // At a kink of relu or pooling the derivative is that of one side; the margin is for rounding to float32.
        const margin = 0.02 * scale;
        assert.ok(derivative > low - margin && derivative < high + margin, `${derivative} is not in [${low}, ${high}]`);
        assert.ok(Math.abs((values[i]?.[0] as number) - (at[i] as number)) < 1e-4 * (1 + Math.abs(at[i] as number)));
      }
      classifier.dispose();
    });

    it(`predicts what TensorFlow.js predicts: ${name}`, async () => {
      const model = fillWeights(build());
      const classifier = await open(model);
      const image = uniform(sizeOf(classifier.input));
      const [row] = await classifier.logits([image]);
      const expected = (model.predict(tf.tensor4d(image, [1, 9, 9, 3])) as tf.Tensor).dataSync();
      const found = name.startsWith('softmax') ? softmax(row as Float32Array) : (row as Float32Array);
      for (const [k, value] of expected.entries()) assert.ok(Math.abs((found[k] as number) - value) < 1e-4);
    });
  }

  it('gives each image its own functionals, from one forward pass', async () => {
    const classifier = await open(fillWeights(architectures['residual blocks']?.() as LayersModel));
    const images = [uniform(243), uniform(243), uniform(243)];
    const weights = uniform(9 * 9 * 4, -1, 1);
    const activation = classifier.activations.find((name) => name.includes('re_lu')) as string;
    const lists = [
      [
        { kind: 'crossEntropy', label: 1 },
        { kind: 'margin', label: 2, scale: -3 },
      ],
      [],
      [{ kind: 'weights', output: activation, weights }],
    ] as const;
    const together = await classifier.pullback(images, lists);
    for (const [i, image] of images.entries()) {
      const alone = await classifier.pullback([image], [lists[i] ?? []]);
      assert.deepEqual(together.gradients[i], alone.gradients[0]);
      assert.deepEqual(together.values[i], alone.values[0]);
    }
  });

  it('leaves no tensors behind', async () => {
    const classifier = await open(fillWeights(architectures['residual blocks']?.() as LayersModel));
    const ask = () => classifier.pullback([uniform(243)], [[{ kind: 'crossEntropy', label: 0 }]]);
    await ask();
    const before = tf.memory().numTensors;
    await ask();
    await classifier.logits([uniform(243)]);
    assert.equal(tf.memory().numTensors, before);
  });

  it('computes no filter gradient', async () => {
    const classifier = await open(fillWeights(architectures['convolution with relu']?.() as LayersModel));
    const { kernelNames } = await tf.profile(() => {
      void classifier.pullback([uniform(243)], [[{ kind: 'crossEntropy', label: 0 }]]);
    });
    assert.deepEqual(
      kernelNames.filter((kernel) => /BackpropFilter/.test(kernel)),
      [],
    );
    assert.ok(kernelNames.some((kernel) => /Conv2D/.test(kernel)));
  });
});

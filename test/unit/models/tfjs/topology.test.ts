import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import * as tf from '@tensorflow/tfjs-core';
import { openModel } from '../../../../src/models/open.ts';
import { startTensorFlow } from '../../../../src/models/tfjs/backend.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

type Layer = { class_name: string; config: Record<string, unknown>; inbound_nodes?: unknown };
type Weight = { name: string; values: readonly number[]; shape: readonly number[] };

const policy = { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null };
const kernel = [1, -1, 0.5, 2, 0, 1];
const image = Float32Array.of(0.2, 0.4, 0.6, 0.8);

const flatten: Layer = {
  class_name: 'Flatten',
  config: { name: 'flatten', dtype: policy, data_format: 'channels_last' },
};
const dense = (config: object = {}): Layer => ({
  class_name: 'Dense',
  config: { name: 'dense', units: 3, activation: 'linear', use_bias: false, dtype: policy, ...config },
});
const pooled: Layer = {
  class_name: 'GlobalAveragePooling2D',
  config: { name: 'pool', data_format: 'channels_last', keepdims: true },
};
const input: Layer = {
  class_name: 'InputLayer',
  config: { name: 'input', batch_shape: [null, 2, 2, 1], dtype: 'float32' },
};

const tensor = (name: string) => ({
  class_name: '__keras_tensor__',
  config: { shape: [null, 4], dtype: 'float32', keras_history: [name, 0, 0] },
});
const called = (layer: Layer, name: string, args: unknown[]) => ({
  ...layer,
  name,
  inbound_nodes: [{ args, kwargs: {} }],
});

const ofPixels: Weight = {
  name: 'sequential/dense/kernel',
  shape: [4, 3],
  values: Array.from({ length: 12 }, (_, i) => Math.cos(i)),
};
const product = (x: ArrayLike<number>, weights: readonly number[]) =>
  Array.from({ length: 3 }, (_, k) =>
    Array.from(x).reduce((sum, value, i) => sum + value * (weights[3 * i + k] as number), 0),
  );

describe('Topologies of Keras', () => {
  const folder = temporaryFolder();
  before(async () => {
    await startTensorFlow();
  });

  async function write(layers: readonly Layer[], weights: readonly Weight[], config: object = {}): Promise<string> {
    await mkdir(folder.at('model'), { recursive: true });
    const topology = {
      keras_version: '3.5.0',
      model_config: { class_name: 'Sequential', config: { name: 'sequential', layers, ...config } },
    };
    const manifest = [
      { paths: ['w.bin'], weights: weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })) },
    ];
    await writeFile(
      folder.at('model', 'w.bin'),
      new Uint8Array(Float32Array.from(weights.flatMap(({ values }) => values)).buffer),
    );
    const file = folder.at('model', 'model.json');
    await writeFile(
      file,
      JSON.stringify({ format: 'layers-model', modelTopology: topology, weightsManifest: manifest }),
    );
    return file;
  }

  async function writeFunctional(layers: readonly object[], weights: readonly Weight[], outputs: object) {
    const ends = { input_layers: ['input', 0, 0], output_layers: outputs };
    const file = await write(layers as Layer[], weights, ends);
    await writeFile(file, (await readFile(file, 'utf8')).replace('"Sequential"', '"Functional"'));
    return file;
  }

  async function answer(file: string, pixels = image, settings: { readonly output?: string } = {}): Promise<number[]> {
    const { classifier } = await openModel({ name: 'm', path: file, ...settings });
    assert.match(classifier.engine, /^ONNX/);
    return Array.from((await classifier.logits([pixels]))[0] ?? []);
  }

  function close(actual: readonly number[], expected: readonly number[]): void {
    assert.equal(actual.length, expected.length);
    for (const [i, value] of expected.entries())
      assert.ok(Math.abs(value - (actual[i] as number)) < 1e-5, `${actual} is not ${expected}`);
  }

  const l2 = { module: 'keras.regularizers', class_name: 'L2', config: { l2: 0.01 }, registered_name: null };
  const nothing = ['RandomFlip', 'RandomRotation', 'RandomZoom', 'RandomContrast', 'SpatialDropout2D'];
  it('lose what acts in training alone', async () => {
    const layers = nothing.map((class_name, i) => ({
      class_name,
      config: { name: `n${i}`, dtype: policy, factor: 0.5, rate: 0.5 },
    }));
    const file = await write([input, ...layers, flatten, dense({ kernel_regularizer: l2 })], [ofPixels]);
    close(await answer(file), product(image, ofPixels.values));
  });

  it('need nothing of what weights began with', async () => {
    const own = { module: 'own', class_name: 'Own', config: { gain: 2 }, registered_name: 'own>Own' };
    for (const kernel_initializer of [own, 'own', { class_name: 'LecunUniform', config: { seed: 1 } }, null]) {
      const file = await write([input, flatten, dense({ kernel_initializer })], [ofPixels]);
      close(await answer(file), product(image, ofPixels.values));
    }
  });

  it('name an activation as Keras 3 writes a function', async () => {
    const named = (config: string) => ({ module: 'builtins', class_name: 'function', config, registered_name: config });
    const file = await write([input, flatten, dense({ activation: named('softmax') })], [ofPixels]);
    close(await answer(file), product(image, ofPixels.values));
    const unknown = await write([input, flatten, dense({ activation: named('own') })], [ofPixels]);
    await rejectsWith(answer(unknown), 'has no activation own');
  });

  it('connect layers by what was called', async () => {
    const add: Layer = { class_name: 'Add', config: { name: 'add', dtype: policy } };
    const layers = [
      { ...input, name: 'input', inbound_nodes: [] },
      called(flatten, 'flatten', [tensor('input')]),
      called(add, 'add', [[tensor('flatten'), tensor('flatten')]]),
      called(dense(), 'dense', [tensor('add')]),
    ];
    const file = await writeFunctional(layers, [ofPixels], ['dense', 0, 0]);
    close(
      await answer(file),
      product(
        image.map((value) => 2 * value),
        ofPixels.values,
      ),
    );
  });

  it('may have several outputs, in a list or a dictionary, of which the scores are named', async () => {
    const other = { ...ofPixels, name: 'sequential/other/kernel', values: ofPixels.values.map((value) => -value) };
    const layers = [
      { ...input, name: 'input', inbound_nodes: [] },
      called(flatten, 'flatten', [tensor('input')]),
      called(dense(), 'dense', [tensor('flatten')]),
      called(dense({ name: 'other' }), 'other', [tensor('flatten')]),
    ];
    const [first, second] = [
      ['dense', 0, 0],
      ['other', 0, 0],
    ];
    for (const outputs of [[first, second], { scores: first, embedding: second }]) {
      const file = await writeFunctional(layers, [ofPixels, other], outputs);
      close(await answer(file, image, { output: 'dense' }), product(image, ofPixels.values));
      close(await answer(file, image, { output: 'other' }), product(image, other.values));
      await rejectsWith(answer(file), 'gives dense [?, 3], other [?, 3]', 'name it as "output" of this model');
      await rejectsWith(answer(file, image, { output: 'scores' }), 'has no output "scores"', 'dense [?, 3]');
    }
  });

  it('normalize by what was found from data', async () => {
    const layer: Layer = {
      class_name: 'Normalization',
      config: { name: 'normalization', axis: [-1], mean: null, variance: null },
    };
    const weights = [
      { name: 'normalization/mean', shape: [1], values: [0.5] },
      { name: 'normalization/variance', shape: [1], values: [0.25] },
      { name: 'normalization/count', shape: [], values: [7] },
    ];
    const file = await write([input, layer, flatten, dense()], [...weights, ofPixels]);
    close(
      await answer(file),
      product(
        image.map((value) => (value - 0.5) / 0.5),
        ofPixels.values,
      ),
    );
  });

  it('keep the axes of a pooled image, and the slope of a leaky ReLU', async () => {
    const leaky: Layer = { class_name: 'LeakyReLU', config: { name: 'leaky', negative_slope: 0.1 } };
    const weight = { name: 'sequential/dense/kernel', shape: [1, 3], values: kernel.slice(0, 3) };
    const file = await write([input, pooled, flatten, dense(), leaky], [weight]);
    close(await answer(file), [0.5, -0.05, 0.25]);
  });

  it('take all numbers of an image in a row', async () => {
    const flat: Layer = { class_name: 'InputLayer', config: { name: 'input', batch_shape: [null, 4] } };
    const file = await write([flat, dense()], [ofPixels]);
    close(await answer(file), product(image, ofPixels.values));
  });

  it('end in sigmoids, one or several', async () => {
    const several = await write([input, flatten, dense({ activation: 'sigmoid' })], [ofPixels]);
    close(await answer(several), product(image, ofPixels.values));
    const single = { name: 'dense/kernel', shape: [4, 1], values: [1, -1, 2, -3] };
    const one = await write([input, flatten, dense({ units: 1, activation: 'sigmoid' })], [single]);
    close(await answer(one), [0, 0.2 - 0.4 + 1.2 - 2.4]);
  });

  it('are refused with a layer that TensorFlow.js does not have, or takes for another', async () => {
    const lambda: Layer = { class_name: 'Lambda', config: { name: 'own' } };
    await rejectsWith(
      openModel({ name: 'm', path: await write([input, lambda, flatten, dense()], [ofPixels]) }),
      '"own" (Lambda)',
      'Convert the model to ONNX',
    );
    await rejectsWith(
      openModel({ name: 'm', path: await write([input, flatten, dense({ activation: 'sparsemax' })], [ofPixels]) }),
      'no activation sparsemax',
    );
    const attention: Layer = { class_name: 'MultiHeadAttention', config: { name: 'attention' } };
    await rejectsWith(
      openModel({ name: 'm', path: await write([input, attention, flatten, dense()], [ofPixels]) }),
      '"attention" (MultiHeadAttention)',
      'it has no query or no value',
    );
  });

  it('are refused with windows that no image has, and that kernels would not check', async () => {
    for (const [setting, given] of [
      ['dilation_rate', Number.MAX_VALUE],
      ['strides', [0, 1]],
      ['pool_size', 1.5],
      ['pool_size', [2, 2 ** 15]],
    ] as const) {
      const pool: Layer = { class_name: 'MaxPooling2D', config: { name: 'pooled', pool_size: 2, [setting]: given } };
      await rejectsWith(
        openModel({ name: 'm', path: await write([input, pool, flatten, dense()], [ofPixels]) }),
        '"pooled" (MaxPooling2D)',
        `its ${setting} must be whole numbers from 1 to 32767`,
      );
    }
  });

  it('leave no tensors behind', async () => {
    const file = await write([input, flatten, dense()], [ofPixels]);
    await answer(file);
    const { numTensors } = tf.memory();
    await answer(file);
    assert.equal(tf.memory().numTensors, numTensors);
  });
});

import assert from 'node:assert/strict';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import {
  input,
  type LayersModel,
  layers,
  model as layersModel,
  type SymbolicTensor,
  sequential,
} from '@tensorflow/tfjs-layers';
import fc from 'fast-check';
import type { ImageShape } from '../../../../../src/data/image.ts';
import { listImages } from '../../../../../src/data/listImages.ts';
import { readImage } from '../../../../../src/data/readImage.ts';
import { activationSeed, gradientModel } from '../../../../../src/models/onnx/gradient/gradientModel.ts';
import { inspect } from '../../../../../src/models/onnx/graph/inspect.ts';
import { nativeRuntime } from '../../../../../src/models/onnx/session/runtime.ts';
import type { RuntimeTensor } from '../../../../../src/models/onnx/session/session.ts';
import { startTensorFlow } from '../../../../../src/models/tfjs/backend.ts';
import { type LoweredModel, lowerToOnnx } from '../../../../../src/models/tfjs/lowering/lowerToOnnx.ts';
import { CannotLower } from '../../../../../src/models/tfjs/lowering/step.ts';
import { Network } from '../../../../../src/models/tfjs/operations/network.ts';
import { readLayersModel } from '../../../../../src/models/tfjs/readLayersModel.ts';
import { architectures, furtherArchitectures } from '../../../../support/architectures.ts';
import { fillWeights } from '../../../../support/fillWeights.ts';
import { throwsWith } from '../../../../support/rejectsWith.ts';

const runtime = nativeRuntime();

/** Layers that TensorFlow.js cannot differentiate. */
const withoutGradient = ['thresholded relu', 'layer normalization without scale and center'];

describe('layers models lowered to ONNX', () => {
  before(async () => {
    await startTensorFlow();
  });

  for (const [name, build] of Object.entries({ ...architectures, ...furtherArchitectures })) {
    it(`computes what TensorFlow.js computes: ${name}`, () => comparesLogits(fillWeights(build())));
    if (withoutGradient.includes(name)) continue;
    it(`has the gradient of TensorFlow.js: ${name}`, () => comparesGradients(fillWeights(build()), 'logits'));
  }

  it('offers the activations that TensorFlow.js offers', async () => {
    for (const name of ['residual blocks', 'squeeze and excitation', 'a model used as a layer', 'permutation']) {
      const model = fillWeights({ ...architectures, ...furtherArchitectures }[name]?.() as LayersModel);
      const network = new Network(model);
      const lowered = lowerToOnnx(model);
      const x = imagesFor(model);
      const expected = network.forward(x);
      const inside = [...network.outputOf].filter(([, node]) => node > 0);
      const outputs = inside.map(([layer]) => ({ name: (lowered.activations.get(layer) as { value: string }).value }));
      const results = await run({ ...lowered, model: withOutputs(lowered, outputs) }, x);
      for (const [layer, node] of inside) {
        const { value, channelsFirst } = lowered.activations.get(layer) as { value: string; channelsFirst: boolean };
        const found = results[value] as RuntimeTensor;
        const tensor = tf.tensor(found.data as Float32Array, [...found.dims]);
        assertClose(channelsFirst ? tf.transpose(tensor, [0, 2, 3, 1]) : tensor, expected[node] as tf.Tensor, 1e-4);
      }
    }
  });

  it('differentiates activations', async () => {
    const model = fillWeights(architectures['residual blocks']?.() as LayersModel);
    const layer = [...new Network(model).outputOf.keys()].find((name) => name.includes('re_lu')) as string;
    await comparesGradients(model, layer);
  });

  it('gives zeros around an image to the convolution after it, if only that takes them', async () => {
    const around = () =>
      layers.zeroPadding2d({
        padding: [
          [0, 1],
          [2, 1],
        ],
      });
    const valid = { kernelSize: 3, strides: 2, padding: 'valid' as const };
    const convolutions: (() => Layer)[] = [
      () => layers.conv2d({ ...valid, filters: 4, activation: 'relu' }),
      () => layers.depthwiseConv2d({ ...valid, depthMultiplier: 2 }),
      () => layers.separableConv2d({ ...valid, filters: 4 }),
      () => layers.conv2d({ kernelSize: 2, dilationRate: 3, padding: 'valid', filters: 4 }),
      () => layers.conv2d({ ...valid, padding: 'same', filters: 4 }),
    ];
    for (const [index, convolution] of convolutions.entries()) {
      const model = fillWeights(classifierOf(around(), convolution(), layers.batchNormalization()));
      await comparesLogits(model);
      await comparesGradients(model, 'logits');
      const isPadded = lowerToOnnx(model).model.graph.nodes.some(({ operator }) => operator === 'Pad');
      // What "same" adds depends on the size, zeros included.
      assert.equal(isPadded, index === 4);
    }
    const start = input({ shape: [9, 9, 3] });
    const zeros = around().apply(start) as SymbolicTensor;
    const seen = layers.conv2d({ ...valid, filters: 3 }).apply(zeros) as SymbolicTensor;
    const joined = layers.concatenate().apply([zeros, seen].map((x) => layers.flatten().apply(x) as SymbolicTensor));
    const model = fillWeights(
      layersModel({ inputs: start, outputs: layers.dense({ units: 5 }).apply(joined) as SymbolicTensor }),
    );
    await comparesLogits(model);
  });

  it('predicts what TensorFlow.js predicts on the images of the demo', async () => {
    const demo = path.resolve('media/demo');
    const { model } = await readLayersModel(path.join(demo, 'models/signs/model.json'));
    const [, height, width, channels] = inputShape(model);
    const shape = { height, width, channels } as ImageShape;
    const street = path.join(demo, 'data/street');
    const { files } = await listImages(street);
    const images = await Promise.all(files.map((file) => readImage(path.join(street, file.path), shape)));
    const pixels = tf.stack(images.map((image) => tf.tensor(image.pixels, [shape.height, shape.width, 3])));
    const x = tf.div(tf.sub(pixels, 0.5), 0.5) as tf.Tensor4D;
    const expected = new Network(model).logitsOf(x);
    const found = await logitsOf(lowerToOnnx(model), x);
    assert.deepEqual(tf.argMax(found, 1).arraySync(), tf.argMax(expected, 1).arraySync());
    assertClose(found, expected, 1e-4);
  });

  it('names the layer that it cannot lower', () => {
    const refused: [() => LayersModel, RegExp][] = [
      [
        () => classifierOf(layers.flatten(), layers.repeatVector({ n: 2, name: 'c' })),
        /^The layer c \(RepeatVector\) cannot be lowered to ONNX: layers of this kind are not supported\.$/,
      ],
      [
        () => classifierOf(layers.averagePooling2d({ poolSize: 2, dataFormat: 'channelsFirst', name: 'p' })),
        /^The layer p \(AveragePooling2D\) .*its channels come first/,
      ],
      [() => classifierOf(layers.layerNormalization({ axis: [1, 2], name: 'n' })), /^The layer n .*the last axis/],
    ];
    for (const [build, words] of refused) {
      assert.throws(
        () => lowerToOnnx(build()),
        (error) => error instanceof CannotLower && words.test(error.message),
      );
    }
  });

  it('refuses models that are no classifiers', () => {
    const start = layers.inputLayer({ inputShape: [9, 9, 3] });
    const end = layers.dense({ units: 5, activation: 'relu' });
    throwsWith(() => lowerToOnnx(sequential({ layers: [start, layers.flatten(), end] })), 'the activation relu');
  });

  it('leaves no tensors behind', () => {
    const model = fillWeights(architectures['residual blocks']?.() as LayersModel);
    const before = tf.memory().numTensors;
    lowerToOnnx(model);
    assert.equal(tf.memory().numTensors, before);
  });

  it('computes what TensorFlow.js computes for any sequence of layers', () =>
    fc.assert(
      fc.asyncProperty(fc.array(anyLayer, { maxLength: 5 }), fc.integer(), async (kinds, seed) => {
        const model = fillWeights(classifierOf(...kinds.map((make) => make())), seed);
        await comparesLogits(model);
        await comparesGradients(model, 'logits');
        model.dispose();
      }),
      { numRuns: 40 },
    ));
});

type Layer = Parameters<ReturnType<typeof sequential>['add']>[0];

function classifierOf(...steps: Layer[]): LayersModel {
  const start = layers.inputLayer({ inputShape: [9, 9, 3] });
  return sequential({ layers: [start, ...steps, layers.flatten(), layers.dense({ units: 5 })] });
}

/** Layers that any image may go through, however small. */
const anyLayer: fc.Arbitrary<() => Layer> = (() => {
  const size = fc.integer({ min: 1, max: 3 });
  const padding = fc.constant('same' as const);
  const window = fc.record({ poolSize: size, padding }).map((args) => ({ ...args, strides: args.poolSize }));
  const convolution = fc.record({
    kernelSize: size,
    padding,
    useBias: fc.boolean(),
    activation: fc.constantFrom('linear' as const, 'relu' as const, 'softplus' as const, 'softmax' as const),
  });
  return fc.oneof(
    fc.tuple(convolution, size).map(
      ([args, filters]) =>
        () =>
          layers.conv2d({ ...args, filters }),
    ),
    fc.tuple(convolution, size).map(
      ([args, d]) =>
        () =>
          layers.depthwiseConv2d({ ...args, depthMultiplier: d }),
    ),
    fc.tuple(convolution, size).map(
      ([args, filters]) =>
        () =>
          layers.separableConv2d({ ...args, filters }),
    ),
    fc.record({ scale: fc.boolean(), center: fc.boolean() }).map((args) => () => layers.batchNormalization(args)),
    window.map((args) => () => layers.maxPooling2d(args)),
    window.map((args) => () => layers.averagePooling2d(args)),
    size.map((padding) => () => layers.zeroPadding2d({ padding })),
    size.map((units) => () => layers.dense({ units, activation: 'tanh' })),
    fc.constant(() => layers.permute({ dims: [3, 1, 2] })),
  );
})();

function imagesFor(model: LayersModel): tf.Tensor4D {
  const [, ...shape] = inputShape(model);
  return tf.randomUniform([3, ...shape], -1, 1, 'float32', 5);
}

function inputShape(model: LayersModel): [number, number, number, number] {
  const [{ shape }] = model.inputs as [SymbolicTensor];
  return shape as [number, number, number, number];
}

async function comparesLogits(model: LayersModel): Promise<void> {
  const x = imagesFor(model);
  const expected = new Network(model).logitsOf(x);
  assertClose(await logitsOf(lowerToOnnx(model), x), tf.reshape(expected, [3, -1]), 1e-4);
}

/** Compares the gradients of a weighted sum of an activation, or of the logits. */
async function comparesGradients(model: LayersModel, output: string): Promise<void> {
  const x = imagesFor(model);
  const network = new Network(model);
  const values = network.forward(x);
  const node = output === 'logits' ? network.logits : (network.outputOf.get(output) as number);
  const weights = tf.randomNormal((values[node] as tf.Tensor).shape, 0, 1, 'float32', 9);
  const expected = network.backward(values, [{ node, gradient: weights }]);

  const lowered = lowerToOnnx(model);
  const activation = lowered.activations.get(output);
  const inspection = await inspect(lowered.model, channelsFirst(x).dims, runtime);
  const request = activation
    ? { kinds: [], activations: [activation.value], several: false }
    : { kinds: ['weights' as const], activations: [], several: false };
  const derived = gradientModel(inspection, request);
  const [seedName, seed] = activation
    ? [activationSeed(activation.value), activation.channelsFirst ? channelsFirst(weights) : numbersOf(weights)]
    : ['perturb-seed/weights', numbersOf(tf.reshape(weights, [3, -1]))];
  const results = await run({ ...lowered, model: derived.model }, x, { [seedName]: seed });
  const { data, dims } = results[derived.gradient] as RuntimeTensor;
  const gradient = tf.transpose(tf.tensor(data as Float32Array, [...dims]), [0, 2, 3, 1]);
  assertClose(gradient, expected, 1e-3);
}

async function logitsOf(lowered: LoweredModel, x: tf.Tensor): Promise<tf.Tensor> {
  const [logits] = Object.values(await run(lowered, x)) as [RuntimeTensor];
  return tf.tensor(logits.data as Float32Array, [...logits.dims]);
}

async function run({ model }: LoweredModel, x: tf.Tensor, seeds: Record<string, RuntimeTensor> = {}) {
  const session = await runtime.open(model);
  try {
    return await session.run({ image: channelsFirst(x), ...seeds });
  } finally {
    await session.close();
  }
}

function withOutputs({ model }: LoweredModel, outputs: { name: string }[]) {
  return { ...model, graph: { ...model.graph, outputs } };
}

function channelsFirst(x: tf.Tensor): RuntimeTensor {
  return numbersOf(tf.transpose(x, [0, 3, 1, 2]));
}

function numbersOf(x: tf.Tensor): RuntimeTensor {
  return { type: 'float32', dims: x.shape, data: x.dataSync() as Float32Array };
}

/** Asserts that two tensors differ by less than a part of the largest number; a softmax of one class is flat. */
function assertClose(found: tf.Tensor, expected: tf.Tensor, tolerance: number): void {
  assert.deepEqual(found.shape, expected.shape);
  const error = tf.max(tf.abs(tf.sub(found, expected))).dataSync()[0] as number;
  const largest = Math.max(1e-3, tf.max(tf.abs(expected)).dataSync()[0] as number);
  assert.ok(error <= tolerance * largest, `off by ${error}, the largest being ${largest}`);
}

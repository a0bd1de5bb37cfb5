import assert from 'node:assert/strict';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { sizeOf } from '../../../src/data/image.ts';
import type { DifferentiableClassifier } from '../../../src/models/classifier.ts';
import { nativeRuntime } from '../../../src/models/onnx/session/runtime.ts';
import { toClassifier } from '../../../src/models/onnx/session/toClassifier.ts';
import { startTensorFlow } from '../../../src/models/tfjs/backend.ts';
import { openLayersModel } from '../../../src/models/tfjs/openLayersModel.ts';
import { writeLayersModel } from '../../../src/models/tfjs/training/writeLayersModel.ts';
import { architectures } from '../../support/architectures.ts';
import { fillWeights } from '../../support/fillWeights.ts';
import { makeModel, noise } from '../../support/onnx/makeModel.ts';
import { openOnTensorFlow } from '../../support/openOnTensorFlow.ts';
import { suiteFolder } from '../../support/suiteFolder.ts';

const filters = noise(6, 4);
const outer = noise(24, 5);

/** Images of 2 × 3 through two filters of 1 × 1 and a sigmoid, then three logits, with axes of size 1 behind them. */
async function openFile(): Promise<DifferentiableClassifier> {
  const model = makeModel({
    input: { dims: ['batch', 3, 2, 3] },
    constants: {
      filters: { dims: [2, 3, 1, 1], values: filters },
      outer: { dims: [12, 2], values: outer },
      places: { ints: [0, 2, 1, 1] },
    },
    nodes: [
      { operator: 'Conv', inputs: ['image', 'filters'], outputs: ['convolved'] },
      { operator: 'Sigmoid', inputs: ['convolved'], outputs: ['features'] },
      { operator: 'Flatten', inputs: ['features'], outputs: ['flat'] },
      { operator: 'MatMul', inputs: ['flat', 'outer'], outputs: ['scores'] },
      { operator: 'Reshape', inputs: ['scores', 'places'], outputs: ['result'] },
    ],
  });
  return (await toClassifier(nativeRuntime(), model, {})) as unknown as DifferentiableClassifier;
}

const imagesOf = (classifier: DifferentiableClassifier, count: number) =>
  Array.from({ length: count }, (_, i) => noise(sizeOf(classifier.input), i + 1).map(Math.abs));

describe('Reading values inside a model', () => {
  const folder = suiteFolder();
  let onTensorFlow: DifferentiableClassifier & { dispose(): void };
  let onOnnx: DifferentiableClassifier & { dispose(): void };
  before(async () => {
    await startTensorFlow();
    const build = architectures['residual blocks'] as () => LayersModel;
    const file = await writeLayersModel(fillWeights(build()), folder.at('model'));
    const preprocessing = { mean: [0.5, 0.4, 0.3], std: [0.5, 0.25, 0.2], channels: 'bgr' } as const;
    onTensorFlow = await openOnTensorFlow(file, { preprocessing });
    onOnnx = (await openLayersModel(file, { preprocessing, runtime: 'onnx' })).classifier as typeof onOnnx;
    assert.match(onOnnx.engine, /^ONNX/);
  });
  after(() => {
    onTensorFlow?.dispose();
    onOnnx?.dispose();
  });

  it('gives an ONNX file’s values with channels last, as computed by hand', async () => {
    const classifier = await openFile();
    const images = imagesOf(classifier, 2);
    const { shapes, values } = await classifier.read(images, ['convolved', 'logits', 'flat']);
    assert.deepEqual(shapes, [[2, 3, 2], [2], [12]]);
    for (const [i, image] of images.entries()) {
      const convolved = Array.from({ length: 12 }, (_, at) => {
        const [place, channel] = [Math.floor(at / 2), at % 2];
        return [0, 1, 2].reduce(
          (sum, color) => sum + (filters[channel * 3 + color] as number) * (image[place * 3 + color] as number),
          0,
        );
      });
      assertClose(values[i]?.[0], convolved);
      // Flattened in the order of the graph, in which channels are first.
      const flat = Array.from({ length: 12 }, (_, at) => convolved[(at % 6) * 2 + Math.floor(at / 6)] as number);
      const features = flat.map((value) => 1 / (1 + Math.exp(-value)));
      assertClose(values[i]?.[2], features);
      const logits = [0, 1].map((k) => features.reduce((sum, x, j) => sum + x * (outer[j * 2 + k] as number), 0));
      assertClose(values[i]?.[1], logits);
    }
  });

  it('lists the values of an ONNX file alone, in the order of computation', async () => {
    const { activations } = await openFile();
    assert.deepEqual([...activations], ['image', 'convolved', 'features', 'flat', 'scores', 'result']);
  });

  it('gives the same on both engines, whatever the number of images', async () => {
    const names = [...onTensorFlow.activations.filter((name) => onOnnx.activations.includes(name)), 'logits'];
    assert.ok(names.length > 5);
    const images = imagesOf(onTensorFlow, 19);
    const [one, other] = [await onTensorFlow.read(images, names), await onOnnx.read(images, names)];
    assert.deepEqual(one.shapes, other.shapes);
    assert.equal(one.values.length, images.length);
    for (const [i, rows] of one.values.entries()) {
      assert.equal(rows.length, names.length);
      for (const [k, row] of rows.entries()) assertClose(other.values[i]?.[k], row, 1e-4);
    }
  });

  it('gives the logits that the classifier gives', async () => {
    for (const classifier of [onTensorFlow, onOnnx, await openFile()]) {
      const images = imagesOf(classifier, 3);
      const { values } = await classifier.read(images, ['logits']);
      const logits = await classifier.logits(images);
      for (const [i, row] of values.entries()) assertClose(row[0], logits[i] as Float32Array);
    }
  });

  it('says the shapes where there is no image', async () => {
    for (const classifier of [onTensorFlow, onOnnx, await openFile()]) {
      const names = [classifier.activations[2] as string, 'logits'];
      const { shapes } = await classifier.read(imagesOf(classifier, 1), names);
      assert.deepEqual(await classifier.read([], names), { shapes, values: [] });
    }
  });

  it('agrees with functionals that weigh these values', async () => {
    for (const [classifier, name] of [
      [onTensorFlow, undefined],
      [onOnnx, undefined],
      [await openFile(), 'features'],
    ] as const) {
      const activation = name ?? (classifier.activations.find((known) => known.includes('re_lu')) as string);
      const [image] = imagesOf(classifier, 1) as [Float32Array];
      const at = async (pixels: Float32Array) =>
        (await classifier.read([pixels], [activation])).values[0]?.[0] as Float32Array;
      const here = await at(image);
      const weights = noise(here.length, 8);
      const scale = -2;
      const functional = { kind: 'weights', output: activation, weights, scale } as const;
      const { values, gradients } = await classifier.pullback([image], [[functional]]);
      const weighed = scale * dot(weights, here);
      assert.ok(Math.abs((values[0]?.[0] as number) - weighed) < 1e-4 * (1 + Math.abs(weighed)));

      const step = 1e-3;
      const direction = noise(image.length, 9);
      const ahead = await at(image.map((x, i) => x + step * (direction[i] as number)));
      const behind = await at(image.map((x, i) => x - step * (direction[i] as number)));
      const slope = (scale * (dot(weights, ahead) - dot(weights, behind))) / (2 * step);
      const gradient = gradients[0]?.[0] as Float32Array;
      const derivative = dot(gradient, direction);
      const size = Math.hypot(...gradient);
      assert.ok(size > 0);
      assert.ok(Math.abs(derivative - slope) < 0.03 * size, `${derivative} where differences say ${slope}`);
    }
  });

  it('names what there is where a name is unknown', async () => {
    for (const classifier of [onTensorFlow, onOnnx, await openFile()]) {
      const known = classifier.activations.at(-1) as string;
      await assert.rejects(classifier.read(imagesOf(classifier, 1), ['nowhere']), (error: Error) => {
        assert.equal(error.name, 'UserError');
        assert.match(error.message, /no activation "nowhere"/);
        assert.ok(error.message.includes(`"${known}"`) && error.message.includes('"logits"'));
        return true;
      });
    }
  });
});

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
}

function assertClose(actual: ArrayLike<number> | undefined, expected: ArrayLike<number>, tolerance = 1e-5): void {
  assert.equal(actual?.length, expected.length);
  const most = Array.from(expected).reduce((a, b) => Math.max(a, Math.abs(b)), 1);
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs((actual?.[i] as number) - (expected[i] as number));
    assert.ok(difference <= tolerance * most, `${actual?.[i]} at ${i}, where ${expected[i]} is right`);
  }
}

import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import * as tfl from '@tensorflow/tfjs-layers';
import { ModelCache } from '../../../../src/jobs/modelCache.ts';
import { type DifferentiableClassifier, isDifferentiable } from '../../../../src/models/classifier.ts';
import { writeModel } from '../../../../src/models/onnx/graph/writeModel.ts';
import { openModel } from '../../../../src/models/open.ts';
import { startTensorFlow } from '../../../../src/models/tfjs/backend.ts';
import { writeLayersModel } from '../../../../src/models/tfjs/training/writeLayersModel.ts';
import { similarityScale } from '../../../../src/models/verification/templates.ts';
import { similaritiesIn } from '../../../../src/models/verification/verification.ts';
import { fillWeights } from '../../../support/fillWeights.ts';
import { makeModel } from '../../../support/onnx/makeModel.ts';
import { fourPixels, pixelsAsEmbedding, plantVerifier, writeImages } from '../../../support/plantedEmbedding.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';
import { temporaryFolder } from '../../../support/temporaryFolder.ts';

const corners = { 'ann/1': [1, 0, 0, 0], 'bob/1': [0, 1, 0, 0] };

function near(actual: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(actual.length, expected.length);
  for (const [i, value] of expected.entries()) {
    assert.ok(Math.abs((actual[i] as number) - value) < 1e-6, `${actual[i]} at ${i}, where ${value} is right`);
  }
}

describe('A model with enrolled images', () => {
  const folder = temporaryFolder();

  it('is a classifier of the identities and nobody, by similarity and threshold', async () => {
    const { classifier } = await openModel(await plantVerifier(folder, corners, 0.75));
    assert.deepEqual(classifier.classes, ['ann', 'bob', 'nobody']);
    const [near1, between, dark] = await classifier.logits([
      Float32Array.of(0.5, 0, 0, 0),
      Float32Array.of(0.6, 0.8, 0, 0),
      new Float32Array(4),
    ]);
    near(
      near1 as Float32Array,
      [1, 0, 0.75].map((value) => value * similarityScale),
    );
    near(
      between as Float32Array,
      [0.6, 0.8, 0.75].map((value) => value * similarityScale),
    );
    near(
      dark as Float32Array,
      [0, 0, 0.75].map((value) => value * similarityScale),
    );
    near(similaritiesIn(between as Float32Array), [0.6, 0.8]);
  });

  it('takes the mean of unit vectors as a template, whatever their lengths', async () => {
    // At full and at a fifth of the brightness; the template is halfway between both directions.
    const enrolled = { ...corners, 'ann/2': [0, 0, 0.2, 0] };
    const { classifier } = await openModel(await plantVerifier(folder, enrolled));
    const [row] = await classifier.logits([Float32Array.of(1, 0, 0, 0)]);
    near(similaritiesIn(row as Float32Array), [Math.SQRT1_2, 0]);
  });

  it('has the gradient of a cosine', async () => {
    const { classifier } = await openModel(await plantVerifier(folder, corners));
    assert.ok(isDifferentiable(classifier), classifier.obstacle);
    const weights = Float32Array.of(1, 0, 0);
    const { gradients } = await (classifier as DifferentiableClassifier).pullback(
      [Float32Array.of(0.6, 0.8, 0, 0)],
      [[{ kind: 'weights', output: 'logits', weights }]],
    );
    // d (x₁ / |x|) / dx = (e₁ − x x₁ / |x|²) / |x|, where |x| = 1.
    near(
      gradients[0]?.[0] as Float32Array,
      [1 - 0.36, -0.48, 0, 0].map((value) => value * similarityScale),
    );
  });

  it('opens a layers model in the same way', async () => {
    await startTensorFlow();
    const source = await plantVerifier(folder, corners);
    const layers = [
      tfl.layers.conv2d({ inputShape: [2, 2, 1], filters: 2, kernelSize: 1 }),
      tfl.layers.flatten(),
      tfl.layers.dense({ units: 3, activation: 'tanh' }),
    ];
    const model = fillWeights(tfl.sequential({ layers }));
    const path = await writeLayersModel(model, folder.at('layers'));
    const { classifier } = await openModel({ ...source, path });
    assert.deepEqual(classifier.classes, ['ann', 'bob', 'nobody']);
    const [own] = await classifier.logits([Float32Array.of(1, 0, 0, 0)]);
    near([similaritiesIn(own as Float32Array)[0] as number], [1]);
    classifier.dispose();
  });

  it('has another hash with other images or another threshold, and the same with the same', async () => {
    const source = await plantVerifier(folder, corners);
    const hash = async (threshold = 0.5) =>
      (await openModel({ ...source, enrolled: { path: folder.at('enrolled'), threshold } })).sha256;
    const first = await hash();
    assert.equal(await hash(), first);
    assert.notEqual(await hash(0.6), first);
    await writeImages(folder, { 'enrolled/bob/2': [0, 1, 0.2, 0] });
    const second = await hash();
    assert.notEqual(second, first);
    await writeImages(folder, { 'enrolled/bob/2': [0, 1, 0.4, 0] });
    assert.notEqual(await hash(), second);
  });

  it('is opened again when an enrolled image is added or removed', async () => {
    const source = await plantVerifier(folder, corners);
    const cache = new ModelCache();
    const first = await cache.open(source);
    assert.equal(await cache.open(source), first);
    await writeImages(folder, { 'enrolled/eve/1': [0, 0, 1, 0] });
    const second = await cache.open(source);
    assert.deepEqual(second.classifier.classes, ['ann', 'bob', 'eve', 'nobody']);
    await rm(folder.at('enrolled', 'eve'), { recursive: true });
    assert.deepEqual((await cache.open(source)).classifier.classes, ['ann', 'bob', 'nobody']);
  });

  describe('refuses', () => {
    const refuses = async (enrolled: Readonly<Record<string, readonly number[]>>, ...texts: string[]) =>
      rejectsWith(openModel(await plantVerifier(folder, enrolled)), ...texts);

    it('two identities that look the same to it', () =>
      refuses({ ...corners, 'eve/1': [0, 0.6, 0, 0] }, '"bob" and "eve" have nearly the same embedding', 'Remove one'));

    it('an identity called nobody', () =>
      refuses({ ...corners, 'nobody/1': [0, 0, 1, 0] }, 'cannot be called "nobody"', 'Rename the folder'));

    it('images whose embedding is zero', () => refuses({ ...corners, 'eve/1': [0, 0, 0, 0] }, '"eve"', 'zero'));

    it('images outside of folders', () => refuses({ 1: [1, 0, 0, 0] }, 'one folder per identity'));

    it('a folder that is not there', async () => {
      const source = await plantVerifier(folder, corners);
      await rm(folder.at('enrolled'), { recursive: true });
      await rejectsWith(openModel(source), folder.at('enrolled'), 'does not exist');
    });

    it('an identity without images', async () => {
      const source = await plantVerifier(folder, corners);
      await mkdir(folder.at('enrolled', 'eve'));
      await rejectsWith(openModel(source), '"eve" cannot be enrolled', 'Add an image');
    });

    it('an image that cannot be read', async () => {
      const source = await plantVerifier(folder, corners);
      await writeFile(folder.at('enrolled', 'bob', '2.png'), 'no image');
      await rejectsWith(openModel(source), folder.at('enrolled', 'bob', '2.png'));
    });

    it('a model whose output is no vector', async () => {
      const source = await plantVerifier(folder, corners);
      const reshaped = makeModel({
        input: { dims: ['batch', 1, 2, 2] },
        nodes: [{ operator: 'Relu', inputs: ['image'], outputs: ['map'] }],
      });
      await writeFile(source.path, writeModel(reshaped));
      await rejectsWith(openModel(source), '[1, 1, 2, 2]', 'one vector of two or more numbers per image');
    });

    it('a model that gives one number', async () => {
      const source = await plantVerifier(folder, corners);
      const one = makeModel({
        input: { dims: ['batch', 1, 2, 2] },
        nodes: [
          { operator: 'Flatten', inputs: ['image'], outputs: ['flat'] },
          { operator: 'ReduceSum', inputs: ['flat', 'axes'], outputs: ['sum'] },
        ],
        constants: { axes: { ints: [1] } },
      });
      await writeFile(source.path, writeModel(one));
      await rejectsWith(openModel(source), 'one number per image');
    });
  });

  it('reads enrolled images in the size of the model', async () => {
    const source = await plantVerifier(folder, corners);
    const wide = makeModel({ ...pixelsOfSize(4) });
    await writeFile(source.path, writeModel(wide));
    const { classifier } = await openModel(source);
    assert.deepEqual(classifier.input, { ...fourPixels, height: 4, width: 4 });
    assert.deepEqual(classifier.classes, ['ann', 'bob', 'nobody']);
  });
});

function pixelsOfSize(size: number) {
  const [flatten] = pixelsAsEmbedding.graph.nodes;
  assert.ok(flatten, 'the planted model has a node');
  return { input: { dims: ['batch', 1, size, size] }, nodes: [{ ...flatten, attributes: {} }] };
}

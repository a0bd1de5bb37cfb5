import assert from 'node:assert/strict';
import {
  activationDetector,
  chooseActivation,
  openActivations,
  spreadOf,
  sumOfStandardized,
} from '../../../../src/defenses/detectors/lateActivations.ts';
import { mahalanobis } from '../../../../src/defenses/detectors/mahalanobis.ts';
import type { DifferentiableClassifier } from '../../../../src/models/classifier.ts';
import { nativeRuntime } from '../../../../src/models/onnx/session/runtime.ts';
import { toClassifier } from '../../../../src/models/onnx/session/toClassifier.ts';
import { openLayersModel } from '../../../../src/models/tfjs/openLayersModel.ts';
import { assertCloseTo } from '../../../support/closeTo.ts';
import { fitted, transparentClassifier } from '../../../support/fittedDetector.ts';
import { type ModelSketch, makeModel, noise } from '../../../support/onnx/makeModel.ts';

/** Images of 2 × 3 through four filters of 1 × 1 and a function, then three logits. */
async function open(ending: ModelSketch['nodes'], activation = 'Relu'): Promise<DifferentiableClassifier> {
  const model = makeModel({
    input: { dims: ['batch', 3, 2, 3] },
    constants: {
      // Every other one is below zero everywhere.
      filters: { dims: [4, 3, 1, 1], values: noise(12, 4).map((x, i) => Math.abs(x) * (i % 6 < 3 ? 1 : -1)) },
      outer: { dims: [24, 3], values: noise(72, 5) },
      narrow: { dims: [4, 3], values: noise(12, 6) },
      bias: { dims: [3], values: noise(3, 7) },
    },
    nodes: [
      { operator: 'Conv', inputs: ['image', 'filters'], outputs: ['convolved'] },
      { operator: activation, inputs: ['convolved'], outputs: ['features'] },
      ...ending,
    ],
  });
  return (await toClassifier(nativeRuntime(), model, {})) as unknown as DifferentiableClassifier;
}

const flattened: ModelSketch['nodes'] = [
  { operator: 'Identity', inputs: ['features'], outputs: ['dropout'] },
  { operator: 'Flatten', inputs: ['dropout'], outputs: ['flat'] },
  { operator: 'MatMul', inputs: ['flat', 'outer'], outputs: ['product'] },
  { operator: 'Add', inputs: ['product', 'bias'], outputs: ['scores'] },
];
const averaged: ModelSketch['nodes'] = [
  { operator: 'Sigmoid', inputs: ['features'], outputs: ['squashed'] },
  { operator: 'GlobalAveragePool', inputs: ['squashed'], outputs: ['mean'] },
  { operator: 'Flatten', inputs: ['mean'], outputs: ['flat'] },
  { operator: 'MatMul', inputs: ['flat', 'narrow'], outputs: ['scores'] },
];

const images = Array.from({ length: 5 }, (_, i) => noise(18, i + 1).map(Math.abs));

describe('Late activations', () => {
  it('are the last before the logits, in the shape that has places', async () => {
    assert.equal(await chooseActivation(await open(flattened)), 'features');
    assert.equal(await chooseActivation(await open(averaged)), 'mean');
  });

  it('are the last rectified ones, where such are asked for and there', async () => {
    assert.equal(await chooseActivation(await open(averaged), true), 'features');
    assert.equal(await chooseActivation(await open(averaged, 'Tanh'), true), 'mean');
  });

  it('are the logits where there is nothing between', async () => {
    assert.equal(await chooseActivation(transparentClassifier(4)), 'logits');
  });

  it('are the mean over the image in the demo’s network', async () => {
    const { classifier } = await openLayersModel('media/demo/models/signs/model.json', { runtime: 'onnx' });
    assert.equal(await chooseActivation(classifier as unknown as DifferentiableClassifier), 'head_mean');
  });

  it('are averaged over places, each channel by itself', async () => {
    const classifier = await open(flattened);
    const late = await openActivations(classifier, ['features', 'logits']);
    assert.deepEqual(late.sizes, [4, 3]);
    const { values } = await classifier.read(images, ['features', 'logits']);
    for (const [i, [features, logits]] of (await late.read(images)).entries()) {
      const [whole = new Float32Array()] = values[i] ?? [];
      const means = [0, 1, 2, 3].map(
        (c) => [0, 1, 2, 3, 4, 5].reduce((sum, p) => sum + (whole[4 * p + c] as number), 0) / 6,
      );
      assertCloseTo(features, means, 1e-6);
      assertCloseTo(logits, values[i]?.[1] as Float32Array, 1e-6);
    }
    const every = await openActivations(classifier, ['features'], false);
    assert.deepEqual(every.sizes, [24]);
    assertCloseTo((await every.read(images))[2]?.[0], values[2]?.[0] as Float32Array, 1e-6);
  });

  it('hand gradients back to every image by itself', async () => {
    const late = await openActivations(await open(flattened, 'Tanh'), ['features', 'logits']);
    // Half the squares of all features: its gradient with respect to them is the features themselves.
    const detector = activationDetector(late, (features) => ({
      score: features.reduce((sum, part) => sum + part.reduce((inner, x) => inner + x * x, 0), 0) / 2,
      gradients: () => features,
    }));
    const { scores, gradients } = await detector.pullback(images);
    assertCloseTo(scores, await detector.score(images), 1e-6);
    for (const [i, image] of images.entries()) {
      for (const at of [0, 7, 17]) {
        const step = 1e-2;
        const [ahead = 0, behind = 0] = await detector.score([
          image.with(at, (image[at] as number) + step),
          image.with(at, (image[at] as number) - step),
        ]);
        assertCloseTo([gradients[i]?.[at] as number], [(ahead - behind) / (2 * step)], 2e-3);
      }
    }
  });

  it('are standardized and added', () => {
    const square = (features: Float32Array) => ({
      value: (features[0] as number) ** 2,
      gradient: () => features.map((x) => 2 * x),
    });
    const scoreOf = sumOfStandardized(
      [square, square],
      [
        { mean: 1, std: 2 },
        { mean: -3, std: 0.5 },
      ],
    );
    const { score, gradients } = scoreOf([Float32Array.of(3), Float32Array.of(-1)]);
    assert.equal(score, (9 - 1) / 2 + (1 + 3) / 0.5);
    assert.deepEqual(gradients(), [Float32Array.of(3), Float32Array.of(-4)]);
  });

  it('spread as far as their standard deviation, and never not at all', () => {
    assert.deepEqual(spreadOf([1, 3]), { mean: 2, std: 1 });
    assert.deepEqual(spreadOf([5, 5]), { mean: 5, std: 1 });
  });

  it('may be several, and none that the model does not have', async () => {
    const classifier = await open(averaged);
    const clean = images.map((pixels, i) => ({ pixels, label: i % 2 }));
    const { state, detector } = await fitted(mahalanobis, { clean }, classifier, { activations: ['features', 'flat'] });
    assert.deepEqual(state.values.activations, ['features', 'flat']);
    assert.deepEqual(state.arrays['whitening 1']?.shape, [4, 4]);
    const [one = 0, ...rest] = await detector.score(images);
    assert.ok(Number.isFinite(one) && Math.abs(rest.reduce((a, b) => a + b, one)) < 1e-3);
    await assert.rejects(fitted(mahalanobis, { clean }, classifier, { activations: ['nowhere'] }), {
      name: 'UserError',
      message: /no activation "nowhere"/,
    });
  });
});

import assert from 'node:assert/strict';
import { fitGaussians, mahalanobisDistance } from '../../../../src/defenses/detectors/gaussians.ts';
import { mahalanobis } from '../../../../src/defenses/detectors/mahalanobis.ts';
import { assertCloseTo } from '../../../support/closeTo.ts';
import { completed, fitted, transparentClassifier } from '../../../support/fittedDetector.ts';
import { noise } from '../../../support/onnx/makeModel.ts';

describe('The Mahalanobis detector', () => {
  const classifier = transparentClassifier(3);
  // Classes 2 and 7, around their own place, and one image of class 5.
  const clean = Array.from({ length: 21 }, (_, i) => {
    const label = i === 9 ? 5 : i % 2 === 0 ? 2 : 7;
    return { pixels: noise(3, i + 1).map((x, axis) => 0.1 * label + 0.1 * x * (axis + 1)), label };
  });
  const kept = clean.filter(({ label }) => label !== 5);

  it('scores by standard deviations of the distance of clean images', async () => {
    const { state, detector } = await fitted(mahalanobis, { clean }, classifier);
    assert.deepEqual(state.values.activations, ['logits']);
    assert.deepEqual(state.values.classes, [2, 7]);
    assert.deepEqual(state.values.leftOut, [5]);
    const features = kept.map(({ pixels }) => pixels);
    const gaussians = fitGaussians(
      features,
      kept.map(({ label }) => (label === 2 ? 0 : 1)),
      2,
    );
    assert.ok(gaussians);
    const distanceOf = mahalanobisDistance(gaussians, 3);
    const distances = features.map((one) => distanceOf(one).value);
    const mean = distances.reduce((a, b) => a + b, 0) / distances.length;
    const std = Math.sqrt(distances.reduce((sum, x) => sum + (x - mean) ** 2, 0) / distances.length);
    const images = [...features, Float32Array.of(1, 0, 1)];
    assertCloseTo(
      await detector.score(images),
      images.map((image) => (distanceOf(image).value - mean) / std),
    );
    const scores = await detector.score(images);
    assert.equal(scores.indexOf(Math.max(...scores)), images.length - 1);
  });

  it('has the gradient of its score', async () => {
    const { detector } = await fitted(mahalanobis, { clean }, classifier);
    const image = Float32Array.of(0.9, 0.1, 0.4);
    const { scores, gradients } = await detector.pullback([image]);
    assert.deepEqual(scores, await detector.score([image]));
    const slopes: number[] = [];
    for (let i = 0; i < 3; i++) {
      const [ahead = 0, behind = 0] = await detector.score([
        image.with(i, (image[i] as number) + 1e-3),
        image.with(i, (image[i] as number) - 1e-3),
      ]);
      slopes.push((ahead - behind) / 2e-3);
    }
    assertCloseTo(gradients[0], slopes, 1e-3);
  });

  it('refuses what no covariance can be had of', async () => {
    const one = clean.filter(({ label }) => label !== 7);
    await assert.rejects(fitted(mahalanobis, { clean: one }, classifier), {
      name: 'UserError',
      message: /two classes with two images each .* classes found: 1/,
    });
    const same = kept.map(({ label }) => ({ label, pixels: new Float32Array(3).fill(label / 10) }));
    await assert.rejects(fitted(mahalanobis, { clean: same }, classifier), {
      message: /same in all images of a class/,
    });
  });

  it('refuses a state that is damaged', async () => {
    const { state } = await fitted(mahalanobis, { clean }, classifier);
    const bind = (change: object, arrays: object = {}) =>
      mahalanobis.bind(
        { values: { ...state.values, ...change }, arrays: { ...state.arrays, ...arrays } },
        completed(mahalanobis),
        classifier,
      );
    await bind({});
    for (const broken of [
      bind({ spreads: [{ mean: 0 }] }),
      bind({ magnitude: -1 }),
      bind({ activations: 'logits' }),
      bind({}, { 'means 0': undefined }),
      bind({}, { 'means 0': { shape: [2, 4], data: new Float32Array(8) } }),
      bind({}, { 'whitening 0': { shape: [3, 3], data: new Float32Array(8) } }),
    ]) {
      await assert.rejects(broken, { name: 'UserError', message: /damaged/ });
    }
  });
});

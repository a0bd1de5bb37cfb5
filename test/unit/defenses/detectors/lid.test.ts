import assert from 'node:assert/strict';
import { lid } from '../../../../src/defenses/detectors/lid.ts';
import { localIntrinsicDimensionality } from '../../../../src/defenses/detectors/localIntrinsicDimensionality.ts';
import { firstFailure, itPasses } from '../../../support/checks.ts';
import { assertCloseTo } from '../../../support/closeTo.ts';
import { completed, fitted, transparentClassifier } from '../../../support/fittedDetector.ts';
import { type Rewrite, rewrittenPart } from '../../../support/mutants/rewrite.ts';
import { noise } from '../../../support/onnx/makeModel.ts';
import { lidChecks } from './lidChecks.ts';

describe('Local intrinsic dimensionality', () => {
  itPasses(lidChecks, localIntrinsicDimensionality);
});

describe('The detector of local intrinsic dimensionality', () => {
  const classifier = transparentClassifier(3);
  // On a line; an attack leaves it.
  const clean = Array.from({ length: 60 }, (_, i) => ({
    pixels: Float32Array.of(0.2 + 0.01 * i, 0.2 + 0.01 * i, 0.5 + 1e-4 * (noise(1, i)[0] as number)),
    label: i % 2,
  }));

  it('scores images off the surface of clean ones higher, by standard deviations of clean images', async () => {
    const { state, detector } = await fitted(lid, { clean }, classifier, { neighbors: 8, batch: 40 });
    const scores = await detector.score(clean.map(({ pixels }) => pixels));
    assertCloseTo([scores.reduce((a, b) => a + b, 0) / scores.length], [0], 1e-3);
    assertCloseTo([Math.sqrt(scores.reduce((sum, x) => sum + x * x, 0) / scores.length)], [1], 1e-3);
    assert.deepEqual(state.arrays['reference 0']?.shape, [40, 3]);
    const [off = 0] = await detector.score([Float32Array.of(0.5, 0.5, 0.8)]);
    assert.ok(off > Math.max(...scores), `${off}`);
  });

  it('has the gradient of its score', async () => {
    const { detector } = await fitted(lid, { clean }, classifier, { neighbors: 8, batch: 40 });
    const image = Float32Array.of(0.431, 0.453, 0.503);
    const { scores, gradients } = await detector.pullback([image]);
    assert.deepEqual(scores, await detector.score([image]));
    const slopes: number[] = [];
    for (let i = 0; i < 3; i++) {
      const [ahead = 0, behind = 0] = await detector.score([
        image.with(i, (image[i] as number) + 1e-4),
        image.with(i, (image[i] as number) - 1e-4),
      ]);
      slopes.push((ahead - behind) / 2e-4);
    }
    assertCloseTo(gradients[0], slopes, 0.02);
  });

  it('refuses fewer images than neighbors', async () => {
    await assert.rejects(fitted(lid, { clean: clean.slice(0, 20) }, classifier), /more than 20 clean images/);
    await assert.rejects(fitted(lid, { clean }, classifier, { neighbors: 10, batch: 10 }), /the batch is 10/);
  });

  it('refuses a state that is damaged', async () => {
    const { state } = await fitted(lid, { clean }, classifier, { neighbors: 8, batch: 40 });
    const bind = (change: object, arrays = state.arrays) =>
      lid.bind({ values: { ...state.values, ...change }, arrays }, completed(lid), classifier);
    await bind({});
    for (const broken of [
      bind({ spreads: [] }),
      bind({ spreads: [{ mean: 0, std: 0 }] }),
      bind({ neighbors: undefined }),
      bind({ activations: [] }),
      bind({}, {}),
      bind({}, { 'reference 0': { shape: [40, 2], data: new Float32Array(80) } }),
      bind({}, { 'reference 0': { shape: [40, 3], data: new Float32Array(120).fill(Number.NaN) } }),
    ]) {
      await assert.rejects(broken, { name: 'UserError', message: /damaged/ });
    }
    await assert.rejects(bind({ activations: ['nowhere'] }), { name: 'UserError', message: /no activation "nowhere"/ });
  });
});

const rewrites: Readonly<Record<string, Rewrite>> = {
  'one neighbor too many is looked at': ['.slice(0, neighbors)', '.slice(0, neighbors + 1)'],
  'one neighbor too few is looked at': ['.slice(0, neighbors)', '.slice(0, neighbors - 1)'],
  'the farthest are looked at': ['a.square - b.square ||', 'b.square - a.square ||'],
  'the mean leaves out the last': ['points.length / sum)', '(points.length - 1) / sum)'],
  'distances are squared': ['Math.log(last.square / square) / 2', 'Math.log(last.square / square)'],
  'an image is its own neighbor': ['square > rounding * rounding * norm', 'square >= 0'],
  'rounding makes another image of it': ['const rounding = 1e-5', 'const rounding = 0'],
  'the sign of the gradient is wrong': ['add(point, (value * value)', 'add(point, (-value * value)'],
  'the gradient forgets the last': ['add(last, -value * value);', ''],
  'the gradient is that of distances': ['(weight * difference) / square', '(weight * difference) / Math.sqrt(square)'],
  'equal distances have no end': ['const largestEstimate = 1e4', 'const largestEstimate = Infinity'],
};

describe('the checks tell broken code from sound code in local intrinsic dimensionality', () => {
  for (const [name, rewrite] of Object.entries(rewrites)) {
    it(`where ${name}`, async () => {
      const exported = 'localIntrinsicDimensionality';
      const place = { folder: 'defenses/detectors', file: exported, exported };
      const mutant = await rewrittenPart<typeof localIntrinsicDimensionality>(place, rewrite);
      assert.notEqual(await firstFailure(lidChecks, mutant), undefined, 'the mutant passes every check');
    });
  }
});

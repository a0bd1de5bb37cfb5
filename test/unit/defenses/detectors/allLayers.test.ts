import assert from 'node:assert/strict';
import { chooseLayers, setAside, weighLayers } from '../../../../src/defenses/detectors/allLayers.ts';
import { lid } from '../../../../src/defenses/detectors/lid.ts';
import { mahalanobis } from '../../../../src/defenses/detectors/mahalanobis.ts';
import { separate } from '../../../../src/defenses/detectors/separation.ts';
import type { DifferentiableClassifier } from '../../../../src/models/classifier.ts';
import { nativeRuntime } from '../../../../src/models/onnx/session/runtime.ts';
import { toClassifier } from '../../../../src/models/onnx/session/toClassifier.ts';
import { openLayersModel } from '../../../../src/models/tfjs/openLayersModel.ts';
import { assertCloseTo } from '../../../support/closeTo.ts';
import { completed, fitted, transparentClassifier } from '../../../support/fittedDetector.ts';
import { makeModel, noise } from '../../../support/onnx/makeModel.ts';
import { openOnTensorFlow } from '../../../support/openOnTensorFlow.ts';
import { rejectsWith } from '../../../support/rejectsWith.ts';

const signs = 'media/demo/models/signs/model.json';

/** Images of 4 × 4, in two stages of places and a vector, then three logits; smooth all the way. */
async function network(): Promise<DifferentiableClassifier> {
  const sizes = { first: [4, 3, 1, 1], second: [5, 4, 2, 2], dense: [20, 6], outer: [6, 3] };
  const model = makeModel({
    input: { dims: ['batch', 3, 4, 4] },
    constants: Object.fromEntries(
      Object.entries(sizes).map(([name, dims], i) => {
        const count = dims.reduce((product, size) => product * size, 1);
        return [name, { dims, values: noise(count, i + 3) }];
      }),
    ),
    nodes: [
      { operator: 'Conv', inputs: ['image', 'first'], outputs: ['one'] },
      { operator: 'Tanh', inputs: ['one'], outputs: ['oneUsed'] },
      { operator: 'Conv', inputs: ['oneUsed', 'second'], outputs: ['two'], attributes: { strides: [2, 2] } },
      { operator: 'Tanh', inputs: ['two'], outputs: ['twoUsed'] },
      { operator: 'Flatten', inputs: ['twoUsed'], outputs: ['flat'] },
      { operator: 'MatMul', inputs: ['flat', 'dense'], outputs: ['three'] },
      { operator: 'Tanh', inputs: ['three'], outputs: ['threeUsed'] },
      { operator: 'MatMul', inputs: ['threeUsed', 'outer'], outputs: ['scores'] },
    ],
  });
  return (await toClassifier(nativeRuntime(), model, {})) as unknown as DifferentiableClassifier;
}

const patterns = [noise(48, 1), noise(48, 2)] as const;
/** Two classes on a plane, nearly; an attack leaves it. */
const imageOf = (seed: number, label: number) => {
  const [a = 0, b = 0] = noise(2, seed);
  const grain = noise(48, seed + 1000);
  return patterns[0].map(
    (x, i) => 0.5 + 0.1 * (a + 2 * label - 1) * x + 0.1 * b * (patterns[1][i] as number) + 0.01 * (grain[i] as number),
  );
};
const direction = noise(48, 3);
const attacked = (image: Float32Array) => image.map((x, i) => x + 0.1 * Math.sign(direction[i] as number));
const clean = Array.from({ length: 120 }, (_, i) => ({ label: i % 2, pixels: imageOf(i + 1, i % 2) }));
const adversarial = clean.map(({ pixels, label }, original) => ({
  pixels: attacked(pixels),
  label,
  attack: 'toy',
  original,
}));
const unseen = Array.from({ length: 30 }, (_, i) => imageOf(i + 200, i % 2));

describe('All layers', () => {
  it('are the last of each number of places, and of each size of vectors, without the logits', async () => {
    const classifier = await network();
    assert.deepEqual(await chooseLayers(classifier), ['oneUsed', 'twoUsed', 'threeUsed']);
    assert.deepEqual(await chooseLayers(classifier, 5), ['oneUsed', 'twoUsed']);
    assert.deepEqual(await chooseLayers(transparentClassifier(4)), ['logits']);
  });

  it('are the same in the demo’s network on either engine', async () => {
    const { classifier } = await openLayersModel(signs, { runtime: 'onnx' });
    const onnx = await chooseLayers(classifier as unknown as DifferentiableClassifier);
    const tensorflow = await chooseLayers(await openOnTensorFlow(signs));
    // Not `head_mean`, the mean over all places of the last one.
    assert.deepEqual(onnx, ['stem_relu', 'residual_relu', 'head_relu']);
    assert.deepEqual(tensorflow, onnx);
  });

  it('are weighed by images that they were not fitted to, and by what was made of these', () => {
    const { fitting, rest, made } = setAside({ clean, adversarial }, 1);
    assert.deepEqual([fitting.length, rest.length, made.length], [80, 40, 40]);
    assert.deepEqual(
      made.map(({ original }) => clean[original]),
      rest,
    );
    assert.ok(!rest.some((image) => fitting.includes(image)), 'apart');
  });

  it('are weighed by how well they tell adversarial examples apart', () => {
    const cleanRows = Array.from({ length: 20 }, (_, i) => [...noise(3, i + 1)]);
    const rows = Array.from({ length: 20 }, (_, i) =>
      [...noise(3, i + 50)].map((x, k) => x + ([0, 3, -3][k] as number)),
    );
    const { weights, spreads } = weighLayers(cleanRows, rows);
    const [none = 0, more = 0, less = 0] = weights;
    assert.ok(more > 0.5 && less < -0.5 && Math.abs(none) < 0.3, `${weights}`);
    assert.equal(spreads.length, 3);
    assert.throws(() => weighLayers(cleanRows, rows.slice(0, 3)), { name: 'UserError', message: /there are 20 and 3/ });
  });
});

for (const [definition, own] of [
  [mahalanobis, { layers: 'all', magnitude: 0.0014 }],
  [lid, { layers: 'all', neighbors: 10, batch: 40 }],
] as const) {
  // The two have parameters of their own, which the same questions are asked of.
  const detector = definition as typeof mahalanobis;
  const parameters = own as Partial<Parameters<typeof mahalanobis.fit>[1]>;

  describe(`${definition.title} of all layers`, () => {
    it('is what the preset `paper` has, which wants adversarial examples', () => {
      assert.equal(definition.parameters.layers.paper?.value, 'all');
      assert.equal(detector.wantsAdversarial?.(completed(detector, parameters)), true);
      assert.equal(detector.wantsAdversarial?.(completed(detector)), false);
    });

    it('tells examples of the attack that it learned from', async () => {
      const { state, detector: bound } = await fitted(detector, { clean, adversarial }, await network(), parameters);
      assert.deepEqual(state.values.activations, ['oneUsed', 'twoUsed', 'threeUsed']);
      assert.equal((state.values.weights as number[]).length, 3);
      const { auroc } = separate([...(await bound.score(unseen))], [...(await bound.score(unseen.map(attacked)))]);
      assert.ok(auroc > 0.9, `${auroc}`);
    });

    it('has the gradient of its score', async () => {
      const { detector: bound } = await fitted(detector, { clean, adversarial }, await network(), parameters);
      // Far from the others: which of them are its neighbors does not change within a step.
      const image = attacked(unseen[0] as Float32Array);
      const { scores, gradients } = await bound.pullback([image]);
      assertCloseTo(scores, await bound.score([image]), 1e-6);
      const length = Math.sqrt((gradients[0] as Float32Array).reduce((sum, g) => sum + g * g, 0));
      const step = 5e-4;
      const along = (sign: number) => image.map((x, i) => x + (sign * step * (gradients[0]?.[i] as number)) / length);
      const [ahead = 0, behind = 0] = await bound.score([along(1), along(-1)]);
      assertCloseTo([(ahead - behind) / (2 * step) / length], [1], 0.05);
    });

    it('refuses to be fitted without adversarial examples, or to a state that is damaged', async () => {
      const classifier = await network();
      await rejectsWith(fitted(detector, { clean }, classifier, parameters), '"layers" to "late"', 'and 0.');
      const { state } = await fitted(detector, { clean, adversarial }, classifier, parameters);
      const values = { ...state.values, weights: [1] };
      await rejectsWith(
        detector.bind({ ...state, values }, completed(detector, parameters), classifier),
        'layer weights',
      );
    });
  });
}

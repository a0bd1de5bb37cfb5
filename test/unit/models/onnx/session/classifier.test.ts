import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { DifferentiableClassifier } from '../../../../../src/models/classifier.ts';
import { type Functional, type LogitsFunctional, seed } from '../../../../../src/models/functional.ts';
import type { Model } from '../../../../../src/models/onnx/graph/graph.ts';
import { nativeRuntime } from '../../../../../src/models/onnx/session/runtime.ts';
import { toClassifier } from '../../../../../src/models/onnx/session/toClassifier.ts';
import { makeModel, noise } from '../../../../support/onnx/makeModel.ts';

const classes = 5;
const size = 12;
const weights = noise(classes * size);
const bias = noise(classes, 2);

/** logits = W x + b on images of 2 × 2, so that every gradient has a closed form. */
function linearModel(): Model {
  return makeModel({
    input: { dims: ['batch', 2, 2, 3] },
    constants: { w: { dims: [classes, size], values: weights }, b: { dims: [classes], values: bias } },
    nodes: [
      { operator: 'Flatten', inputs: ['image'], outputs: ['flat'] },
      { operator: 'Gemm', inputs: ['flat', 'w', 'b'], outputs: ['logits'], attributes: { transB: 1 } },
    ],
  });
}

async function openLinear(): Promise<DifferentiableClassifier> {
  return (await toClassifier(nativeRuntime(), linearModel(), {})) as unknown as DifferentiableClassifier;
}

const index = fc.nat(classes - 1);
const scale = fc.constantFrom(1, -1, 0.5, 3);
const functional: fc.Arbitrary<LogitsFunctional> = fc.oneof(
  fc.record({ kind: fc.constantFrom('crossEntropy' as const, 'margin' as const, 'dlr' as const), label: index, scale }),
  fc
    .record({ kind: fc.constant('targetedDlr' as const), label: index, target: index, scale })
    .filter(({ label, target }) => label !== target),
  fc.record({
    kind: fc.constant('probabilityDistance' as const),
    target: index,
    norm: fc.constantFrom('l1' as const, 'l2' as const),
    scale,
  }),
);
const image = fc
  .array(fc.integer({ min: 0, max: 255 }), { minLength: size, maxLength: size })
  .map((levels) => Float32Array.from(levels, (level) => level / 255));

describe('A classifier on ONNX Runtime', () => {
  let linear: DifferentiableClassifier;
  before(async () => {
    linear = await openLinear();
  });

  it('gives the logits of each image', async () => {
    const images = Array.from({ length: 21 }, (_, i) => noise(size, i + 3).map(Math.abs));
    const rows = await linear.logits(images);
    assert.equal(rows.length, images.length);
    for (const [i, row] of rows.entries()) assertClose(row, logitsOf(images[i] as Float32Array), 1e-6);
  });

  it('gives value and gradient of every functional as their definition has them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(image, fc.array(functional, { maxLength: 4 })), { minLength: 1, maxLength: 6 }),
        async (asks) => {
          const images = asks.map(([pixels]) => pixels);
          const { logits, values, gradients } = await linear.pullback(
            images,
            asks.map(([, functionals]) => functionals),
          );
          for (const [i, [pixels, functionals]] of asks.entries()) {
            assertClose(logits[i] as Float32Array, logitsOf(pixels), 1e-6);
            assert.equal(gradients[i]?.length, functionals.length);
            for (const [k, one] of functionals.entries()) {
              const expected = seed(one, logits[i] as Float32Array);
              assertClose([values[i]?.[k] as number], [expected.value], 1e-6);
              assertClose(gradients[i]?.[k] as Float32Array, throughWeights(expected.gradient), 2e-4);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps the gradient of cross-entropy where the model is sure', async () => {
    const sure = await toClassifier(
      nativeRuntime(),
      makeModel({
        input: { dims: ['batch', 1, 1, 3] },
        constants: { w: { dims: [3, 3], values: [40, 0, 0, 0, 40, 0, 0, 0, 40] } },
        nodes: [
          { operator: 'Flatten', inputs: ['image'], outputs: ['flat'] },
          { operator: 'MatMul', inputs: ['flat', 'w'], outputs: ['logits'] },
        ],
      }),
      {},
    );
    const { gradients } = await (sure as unknown as DifferentiableClassifier).pullback(
      [Float32Array.of(1, 0, 0)],
      [[{ kind: 'crossEntropy', label: 0 }]],
    );
    const p = Math.exp(-40);
    assertClose(gradients[0]?.[0] as Float32Array, [-80 * p, 40 * p, 40 * p], 1e-5, 40 * p);
  });

  it('keeps the direction of cross-entropy where float32 has no gradient left', async () => {
    const sure = await toClassifier(
      nativeRuntime(),
      makeModel({
        input: { dims: ['batch', 1, 1, 3] },
        constants: { w: { dims: [3, 3], values: [200, 0, 0, 0, 200, 0, 0, 0, 200] } },
        nodes: [
          { operator: 'Flatten', inputs: ['image'], outputs: ['flat'] },
          { operator: 'MatMul', inputs: ['flat', 'w'], outputs: ['logits'] },
        ],
      }),
      {},
    );
    const { gradients } = await (sure as unknown as DifferentiableClassifier).pullback(
      [Float32Array.of(1, 0, 0), Float32Array.of(0, 0, 1)],
      [[{ kind: 'crossEntropy', label: 0 }], [{ kind: 'crossEntropy', label: 2, scale: -1 }]],
    );
    assertClose(gradients[0]?.[0] as Float32Array, [-200, 100, 100], 1e-5, 200);
    assertClose(gradients[1]?.[0] as Float32Array, [-100, -100, 200], 1e-5, 200);
  });

  it('weighs logits and values inside the graph', async () => {
    const picked = noise(size, 9);
    const ofLogits = noise(classes, 10);
    const functionals: Functional[] = [
      { kind: 'weights', output: 'flat', weights: picked, scale: 2 },
      { kind: 'weights', output: 'logits', weights: ofLogits },
    ];
    const pixels = noise(size, 11).map(Math.abs);
    const { values, gradients } = await linear.pullback([pixels], [functionals]);
    assertClose(
      gradients[0]?.[0] as Float32Array,
      picked.map((weight) => 2 * weight),
      1e-6,
    );
    assertClose(gradients[0]?.[1] as Float32Array, throughWeights(ofLogits), 1e-5);
    const inner = picked.reduce((sum, weight, i) => sum + 2 * weight * (pixels[i] as number), 0);
    assertClose([values[0]?.[0] as number], [inner], 1e-5);
  });

  it('says which loss needs more classes', async () => {
    const two = (await toClassifier(
      nativeRuntime(),
      makeModel({
        input: { dims: ['batch', 1, 1, 3] },
        constants: { w: { dims: [3, 2], values: noise(6) } },
        nodes: [
          { operator: 'Flatten', inputs: ['image'], outputs: ['flat'] },
          { operator: 'MatMul', inputs: ['flat', 'w'], outputs: ['logits'] },
        ],
      }),
      {},
    )) as unknown as DifferentiableClassifier;
    await assert.rejects(
      two.pullback([Float32Array.of(0, 0, 1)], [[{ kind: 'dlr', label: 0 }]]),
      /needs at least 3 classes/,
    );
  });

  it('says what activation it does not have', async () => {
    const missing: Functional = { kind: 'weights', output: 'nowhere', weights: Float32Array.of(1) };
    await assert.rejects(linear.pullback([new Float32Array(size)], [[missing]]), /no activation "nowhere"/);
  });
});

function logitsOf(pixels: Float32Array): number[] {
  return Array.from(bias, (b, k) => pixels.reduce((sum, x, i) => sum + x * (weights[k * size + i] as number), b));
}

/** Wᵀ g. */
function throughWeights(gradient: Float32Array): number[] {
  return Array.from({ length: size }, (_, i) =>
    gradient.reduce((sum, g, k) => sum + g * (weights[k * size + i] as number), 0),
  );
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, scale = 1): void {
  assert.equal(actual.length, expected.length);
  const most = Array.from(expected).reduce((a, b) => Math.max(a, Math.abs(b)), scale);
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs((actual[i] as number) - (expected[i] as number));
    assert.ok(difference <= tolerance * most, `${actual[i]} at ${i}, where ${expected[i]} is right`);
  }
}

import assert from 'node:assert/strict';
import type { DifferentiableClassifier } from '../../../../src/models/classifier.ts';
import { nativeRuntime } from '../../../../src/models/onnx/session/runtime.ts';
import { toClassifier } from '../../../../src/models/onnx/session/toClassifier.ts';
import { hasRightGradient } from '../../../../src/models/tfjs/checkGradient.ts';
import { makeModel, noise } from '../../../support/onnx/makeModel.ts';

/** A classifier whose gradient is changed by a function. */
async function withGradient(change: (gradient: Float32Array) => Float32Array): Promise<DifferentiableClassifier> {
  const model = makeModel({
    input: { dims: ['batch', 1, 4, 4] },
    constants: { w: { dims: [16, 3], values: noise(48) } },
    nodes: [
      { operator: 'Flatten', inputs: ['image'], outputs: ['flat'] },
      { operator: 'MatMul', inputs: ['flat', 'w'], outputs: ['scores'] },
      { operator: 'Tanh', inputs: ['scores'], outputs: ['bent'] },
      { operator: 'Add', inputs: ['bent', 'scores'], outputs: ['logits'] },
    ],
  });
  const classifier = (await toClassifier(nativeRuntime(), model, {})) as unknown as DifferentiableClassifier;
  return {
    ...{ input: classifier.input, classes: classifier.classes, engine: classifier.engine },
    ...{ batchSize: classifier.batchSize, activations: classifier.activations },
    logits: (images) => classifier.logits(images),
    read: (images, names) => classifier.read(images, names),
    pullback: async (images, functionals) => {
      const answer = await classifier.pullback(images, functionals);
      return { ...answer, gradients: answer.gradients.map((list) => list.map(change)) };
    },
  };
}

describe('The check of a gradient by differences', () => {
  it('passes the right one, and one that is zero', async () => {
    assert.equal(await hasRightGradient(await withGradient((gradient) => gradient)), true);
    assert.equal(await hasRightGradient(await withGradient((gradient) => gradient.map(() => 0))), true);
  });

  it('fails one of another sign, size or order, and one that lacks a part', async () => {
    const wrong = [
      (gradient: Float32Array) => gradient.map((value) => -value),
      (gradient: Float32Array) => gradient.map((value) => 4 * value),
      (gradient: Float32Array) => gradient.toReversed(),
      (gradient: Float32Array) => gradient.map((value, i) => (i % 4 === 0 ? 0 : value)),
    ];
    for (const change of wrong) assert.equal(await hasRightGradient(await withGradient(change)), false);
  });
});

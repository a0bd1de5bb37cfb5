import assert from 'node:assert/strict';
import { floatConstant, type Graph, type Model } from '../../../../../src/models/onnx/graph/graph.ts';
import { DifferentiableOnnxClassifier } from '../../../../../src/models/onnx/session/differentiableOnnxClassifier.ts';
import { startRuntime } from '../../../../../src/models/onnx/session/runtime.ts';
import { toClassifier } from '../../../../../src/models/onnx/session/toClassifier.ts';
import { makeModel, noise } from '../../../../support/onnx/makeModel.ts';

/** A branch that multiplies the scores; both branches have the same names inside. */
function times(factor: number, inner?: Graph): Graph {
  const plain = { domain: '', attributes: {} };
  return {
    inputs: [],
    outputs: [{ name: 'product', type: 'float32' }],
    nodes: inner
      ? [
          { ...plain, operator: 'Mul', inputs: ['scores', 'factor'], outputs: ['once'] },
          {
            operator: 'If',
            domain: '',
            inputs: ['condition'],
            outputs: ['product'],
            attributes: {
              then_branch: { kind: 'graph', value: inner },
              else_branch: { kind: 'graph', value: inner },
            },
          },
        ]
      : [{ ...plain, operator: 'Mul', inputs: ['scores', 'factor'], outputs: ['product'] }],
    constants: new Map([['factor', floatConstant([factor], [])]]),
  };
}

/** Of images of one pixel: the scores are w · image, times 2 where the batch is larger than `limit`, else times 3 or more. */
function branching(limit: number, inner?: Graph): Model {
  return makeModel({
    input: { dims: ['batch', 3, 1, 1] },
    constants: { w: { dims: [3, 4], values: noise(12) }, first: { ints: [0] }, limit: { ints: [limit] } },
    nodes: [
      { operator: 'Flatten', inputs: ['image'], outputs: ['flat'] },
      { operator: 'MatMul', inputs: ['flat', 'w'], outputs: ['scores'] },
      { operator: 'Shape', inputs: ['image'], outputs: ['shape'] },
      { operator: 'Gather', inputs: ['shape', 'first'], outputs: ['batch'] },
      { operator: 'Greater', inputs: ['batch', 'limit'], outputs: ['condition'] },
      {
        operator: 'If',
        inputs: ['condition'],
        outputs: ['chosen'],
        attributes: {
          then_branch: { kind: 'graph', value: times(2) },
          else_branch: { kind: 'graph', value: times(3, inner) },
        },
      },
    ],
  });
}

describe('An If whose condition follows from shapes', () => {
  for (const { name, model, factor } of [
    { name: 'then', model: branching(0), factor: 2 },
    { name: 'else', model: branching(100), factor: 3 },
    { name: 'an If inside of else', model: branching(100, times(5)), factor: 5 },
  ]) {
    it(`is differentiated through ${name}`, async () => {
      const classifier = await toClassifier(await startRuntime(), model, {});
      assert.ok(classifier instanceof DifferentiableOnnxClassifier, classifier.obstacle);
      const weights = Float32Array.of(1, -2, 0.5, 3);
      const { gradients } = await classifier.pullback(
        [Float32Array.of(0.2, 0.4, 0.6)],
        [[{ kind: 'weights', output: 'logits', weights }]],
      );
      const w = noise(12);
      for (let channel = 0; channel < 3; channel++) {
        const row = w.subarray(4 * channel, 4 * channel + 4);
        const right = factor * row.reduce((sum, value, k) => sum + value * (weights[k] as number), 0);
        assert.ok(Math.abs((gradients[0]?.[0]?.[channel] as number) - right) < 1e-5);
      }
    });
  }
});

import assert from 'node:assert/strict';
import { UnderivableGradient } from '../../../../../../src/models/onnx/gradient/derive.ts';
import { normalization } from '../../../../../../src/models/onnx/gradient/rules/normalization.ts';
import { float } from '../../../../../../src/models/onnx/graph/graphBuilder.ts';
import { checkGradient, type GradientCheck, type InputSpec } from '../../../../../support/onnx/checkGradient.ts';
import { tensor } from '../../../../../support/onnx/reference/tensor.ts';
import { runGradient } from '../../../../../support/onnx/runGradient.ts';

type Case = Omit<GradientCheck, 'operator'>;

const trained = (...dims: number[]): InputSpec => ({ dims, constant: true });
const positive = (...dims: number[]): InputSpec => ({ dims, constant: true, range: [0.2, 3] });
/** Away from 0, where a 1-norm has a kink. */
const signed: InputSpec = { dims: [2, 3, 2], values: [1, -2, 0.5, 3, -1, 2, -0.3, 0.7, 2, -1.5, 0.4, -0.8] };

const cases: Readonly<Record<string, Readonly<Record<string, Case>>>> = {
  BatchNormalization: {
    'of images': { inputs: [{ dims: [2, 3, 2, 3] }, trained(3), trained(3), trained(3), positive(3)] },
    'of rows': {
      inputs: [{ dims: [2, 3, 4] }, trained(3), trained(3), trained(3), positive(3)],
      attributes: { epsilon: float(0.1) },
    },
    'of vectors': { inputs: [{ dims: [4, 3] }, trained(3), trained(3), trained(3), positive(3)] },
    'in the newest version': {
      inputs: [{ dims: [2, 3, 2, 3] }, trained(3), trained(3), trained(3), positive(3)],
      opset: 22,
    },
  },
  LayerNormalization: {
    'of the last axis': { inputs: [{ dims: [2, 3, 4] }, trained(4), trained(4)] },
    'without a shift': { inputs: [{ dims: [2, 3, 4] }, trained(4)], attributes: { epsilon: float(0.1) } },
    'of the last two axes': { inputs: [{ dims: [2, 3, 4] }, trained(3, 4), trained(3, 4)], attributes: { axis: -2 } },
    'of all axes but the first': {
      inputs: [{ dims: [2, 2, 3, 2] }, trained(2, 3, 2), trained(3, 2)],
      attributes: { axis: 1 },
    },
    'with one scale for all': { inputs: [{ dims: [2, 3, 4] }, trained(1), trained(1)] },
    'in version 22': { inputs: [{ dims: [2, 3, 4] }, trained(4), trained(4)], opset: 22 },
  },
  RMSNormalization: {
    'of the last axis': { inputs: [{ dims: [2, 3, 4] }, trained(4)], opset: 23 },
    'of the last two axes': {
      inputs: [{ dims: [2, 3, 4] }, trained(3, 4)],
      attributes: { axis: 1, epsilon: float(0.1) },
      opset: 23,
    },
  },
  InstanceNormalization: {
    'of images': { inputs: [{ dims: [2, 3, 2, 3] }, trained(3), trained(3)] },
    'of rows': { inputs: [{ dims: [2, 3, 4] }, trained(3), trained(3)], attributes: { epsilon: float(0.1) } },
    'in version 22': { inputs: [{ dims: [2, 3, 2, 3] }, trained(3), trained(3)], opset: 22 },
  },
  GroupNormalization: {
    'with scales of groups': {
      inputs: [{ dims: [2, 6, 2, 2] }, trained(3), trained(3)],
      attributes: { num_groups: 3 },
      opset: 18,
    },
    'with scales of channels': {
      inputs: [{ dims: [2, 6, 2, 2] }, trained(6), trained(6)],
      attributes: { num_groups: 3, epsilon: float(0.1) },
      opset: 21,
    },
    'of rows, in one group': {
      inputs: [{ dims: [2, 4, 3] }, trained(4), trained(4)],
      attributes: { num_groups: 1 },
      opset: 21,
    },
  },
  MeanVarianceNormalization: {
    'of each channel': { inputs: [{ dims: [2, 3, 2, 2] }] },
    'of chosen axes': { inputs: [{ dims: [2, 3, 2, 2] }], attributes: { axes: [1, 2, 3] }, opset: 18 },
  },
  LpNormalization: {
    'p = 2': { inputs: [{ dims: [2, 3, 4] }] },
    'p = 1': { inputs: [signed], attributes: { p: 1 } },
    'along another axis': { inputs: [{ dims: [2, 3, 4] }], attributes: { axis: 1 } },
    'in version 22': { inputs: [{ dims: [2, 3, 4] }], attributes: { axis: -2 }, opset: 22 },
  },
  LRN: {
    'over five channels': {
      inputs: [{ dims: [2, 7, 2, 2] }],
      attributes: { size: 5, alpha: float(0.3), beta: float(0.75), bias: float(2) },
    },
    'with another exponent': {
      inputs: [{ dims: [1, 6, 2, 2] }],
      attributes: { size: 3, alpha: float(0.5), beta: float(0.5) },
    },
    'with more neighbors than channels': {
      inputs: [{ dims: [1, 3, 2, 2] }],
      attributes: { size: 7, alpha: float(0.5) },
    },
    'with the standard values': { inputs: [{ dims: [1, 3, 2, 2] }], attributes: { size: 3 } },
  },
};

describe('gradient rules of normalizations', () => {
  for (const [operator, variants] of Object.entries(cases)) {
    for (const [name, variant] of Object.entries(variants)) {
      it(`${operator}: ${name}`, () => checkGradient({ operator, ...variant }));
    }
  }

  it('are all checked', () => assert.deepEqual(Object.keys(cases).sort(), Object.keys(normalization).sort()));

  it('LpNormalization of nothing but zeros has gradient 0', async () => {
    const zeros = tensor([2, 2], [0, 0, 3, 4]);
    const gradient = await runGradient('LpNormalization', {}, zeros, tensor([2, 2], [1, 2, 0, 0]));
    assert.deepEqual(gradient, [0, 0, 0, 0]);
  });

  const refusals: Readonly<Record<string, Case>> = {
    'a BatchNormalization in training mode': {
      inputs: [{ dims: [2, 3, 2] }, trained(3), trained(3), trained(3), positive(3)],
      attributes: { training_mode: 1 },
      outputs: 3,
    },
    'a scale that depends on the image': {
      inputs: [{ dims: [2, 3, 2] }, { dims: [3] }, trained(3), trained(3), positive(3)],
    },
  };
  const reasons = [
    /training mode; export the model for inference/,
    /its scale, shift and statistics depend on the image/,
  ];
  for (const [index, [name, refused]] of Object.entries(refusals).entries()) {
    it(`refuse ${name}`, () =>
      assert.rejects(checkGradient({ operator: 'BatchNormalization', ...refused }), (error: Error) => {
        assert.ok(error instanceof UnderivableGradient, error.message);
        assert.match(error.message, reasons[index] as RegExp);
        return true;
      }));
  }
});

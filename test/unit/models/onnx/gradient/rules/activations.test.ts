import assert from 'node:assert/strict';
import { activations } from '../../../../../../src/models/onnx/gradient/rules/activations.ts';
import { elementTypes } from '../../../../../../src/models/onnx/graph/graph.ts';
import { float } from '../../../../../../src/models/onnx/graph/graphBuilder.ts';
import { checkGradient, checkGraph, type InputSpec } from '../../../../../support/onnx/checkGradient.ts';
import { tensor } from '../../../../../support/onnx/reference/tensor.ts';
import { testRules } from '../../../../../support/onnx/ruleTests.ts';
import { runGradient } from '../../../../../support/onnx/runGradient.ts';

const x: InputSpec = { dims: [2, 3, 4], range: [-5, 5] };
const positive: InputSpec = { dims: [2, 3, 4], range: [0.5, 3] };
const small: InputSpec = { dims: [2, 3, 4], range: [-1, 1] };
const inner: InputSpec = { dims: [2, 3, 4], range: [-0.95, 0.95] };

function scalar(value: number): InputSpec {
  return { dims: [], values: [value], constant: true };
}

testRules('activations', activations, {
  Identity: [{ inputs: [x] }],
  Dropout: [
    { inputs: [x] },
    { inputs: [x, scalar(0.5), { dims: [], values: [0], constant: true, type: 'bool' }] },
    { inputs: [x, scalar(0.5)], outputs: 2, weighed: [0] },
  ],
  Cast: [
    { inputs: [x], attributes: { to: elementTypes.float32 } },
    { inputs: [x], attributes: { to: elementTypes.int64 } },
    { inputs: [x], attributes: { to: elementTypes.bool } },
  ],
  CastLike: [{ inputs: [x, scalar(1)] }],
  Relu: [{ inputs: [x] }],
  LeakyRelu: [{ inputs: [x] }, { inputs: [x], attributes: { alpha: float(0.3) } }],
  PRelu: [
    { inputs: [x, scalar(0.25)] },
    { inputs: [x, { dims: [3, 1], constant: true }] },
    { inputs: [x, { dims: [3, 1] }] },
  ],
  Clip: [
    { inputs: [x] },
    { inputs: [x, scalar(-1)] },
    { inputs: [x, undefined, scalar(2)] },
    { inputs: [x, scalar(0), scalar(3)] },
  ],
  Elu: [{ inputs: [x] }, { inputs: [x], attributes: { alpha: float(0.7) } }],
  Selu: [{ inputs: [x] }, { inputs: [x], attributes: { alpha: float(1.2), gamma: float(0.8) } }],
  Celu: [{ inputs: [x] }, { inputs: [x], attributes: { alpha: float(2) } }],
  ThresholdedRelu: [{ inputs: [x] }, { inputs: [x], attributes: { alpha: float(-0.5) } }],
  Sigmoid: [{ inputs: [x] }],
  HardSigmoid: [{ inputs: [x] }, { inputs: [x], attributes: { alpha: float(1 / 6), beta: float(0.4) } }],
  HardSwish: [{ inputs: [x] }],
  Swish: [
    { inputs: [x], opset: 24 },
    { inputs: [x], opset: 24, attributes: { alpha: float(1.5) } },
  ],
  'com.microsoft.QuickGelu': [{ inputs: [x] }, { inputs: [x], attributes: { alpha: float(1.2) } }],
  Tanh: [{ inputs: [x] }],
  Gelu: [
    { inputs: [x], opset: 20 },
    { inputs: [x], opset: 20, attributes: { approximate: 'tanh' } },
    { inputs: [x], opset: 26, attributes: { approximate: 'none' } },
  ],
  'com.microsoft.Gelu': [{ inputs: [x] }],
  'com.microsoft.FastGelu': [
    { inputs: [x] },
    { inputs: [x, { dims: [4], constant: true }] },
    { inputs: [x, { dims: [4] }] },
  ],
  Erf: [{ inputs: [x] }],
  Mish: [{ inputs: [x], opset: 18 }],
  Softplus: [{ inputs: [x] }],
  Softsign: [{ inputs: [x] }],
  Exp: [{ inputs: [x] }],
  Log: [{ inputs: [positive] }],
  Sqrt: [{ inputs: [positive] }],
  Reciprocal: [{ inputs: [positive] }],
  Abs: [{ inputs: [x] }],
  Neg: [{ inputs: [x] }],
  Sin: [{ inputs: [x] }],
  Cos: [{ inputs: [x] }],
  Tan: [{ inputs: [small] }],
  Atan: [{ inputs: [x] }],
  Asin: [{ inputs: [inner] }],
  Acos: [{ inputs: [inner] }],
  Sinh: [{ inputs: [x] }],
  Cosh: [{ inputs: [x] }],
  Asinh: [{ inputs: [x] }],
  Acosh: [{ inputs: [{ dims: [2, 3, 4], range: [1.1, 4] }] }],
  Atanh: [{ inputs: [inner] }],
  Shrink: [{ inputs: [x] }, { inputs: [x], attributes: { lambd: float(1.5), bias: float(0.7) } }],
  Hardmax: [{ inputs: [x] }, { inputs: [x], attributes: { axis: 1 } }],
  Sign: [{ inputs: [x] }],
  Floor: [{ inputs: [x] }],
  Ceil: [{ inputs: [x] }],
  Round: [{ inputs: [x] }],
});

describe('Gradient rules: casts', () => {
  const cast = (input: string, output: string, type: 'float16' | 'float32') => ({
    operator: 'Cast',
    domain: '',
    inputs: [input],
    outputs: [output],
    attributes: { to: { kind: 'int', value: elementTypes[type] } as const },
  });

  it('to fewer digits and back, where the gradient is of the type of the value', async () => {
    await checkGraph(
      {
        inputs: [{ name: 'x', type: 'float32', dims: [4] }],
        outputs: [{ name: 'y' }],
        nodes: [cast('x', 'half', 'float16'), cast('half', 'y', 'float32')],
        constants: new Map(),
      },
      [-1.1, 0.3, 2, 3],
      { what: 'Cast to float16', tolerances: { forward: 1e-3, runtime: 1e-3 } },
    );
  });
});

describe('Gradient rules: activations at kinks', () => {
  /** Where the kink is, and the derivative that PyTorch has there. */
  const kinks: Record<string, readonly (readonly [x: number, derivative: number])[]> = {
    Relu: [[0, 0]],
    LeakyRelu: [[0, 0.01]],
    Elu: [[0, 1]],
    Selu: [[0, 1.0507009873554805 * 1.6732632423543772]],
    Celu: [[0, 1]],
    ThresholdedRelu: [[1, 0]],
    HardSwish: [
      [-3, 0],
      [3, 1],
    ],
    Abs: [[0, 0]],
  };

  for (const [operator, points] of Object.entries(kinks)) {
    it(operator, async () => {
      for (const [x, derivative] of points) {
        const [found = Number.NaN] = await runGradient(operator, {}, tensor([1], [x]), tensor([1], [1]));
        assert.ok(Math.abs(found - derivative) < 1e-6, `${found}, not ${derivative}, at ${x}`);
      }
    });
  }
});

describe('Gradient rules: activations that are refused', () => {
  const refused = { name: 'UnderivableGradient' };

  it('Dropout in training mode', async () => {
    const training: InputSpec = { dims: [], values: [1], constant: true, type: 'bool' };
    const check = checkGradient({ operator: 'Dropout', inputs: [x, scalar(0.5), training] });
    await assert.rejects(check, { ...refused, message: 'Dropout "y0" (it is in training mode)' });
  });

  it('Clip to bounds that depend on the image', async () => {
    const check = checkGradient({ operator: 'Clip', inputs: [x, { dims: [], values: [0] }] });
    await assert.rejects(check, { ...refused, message: 'Clip "y0" (its bounds depend on the image)' });
  });
});

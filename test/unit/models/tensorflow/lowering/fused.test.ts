import assert from 'node:assert/strict';
import { GraphMessage } from '../../../../../src/models/tensorflow/messages.ts';
import { computeTensorFlow } from '../../../../support/computeTensorFlow.ts';
import { rejectsWith } from '../../../../support/rejectsWith.ts';

const dims = [2, 4, 5, 3];
const image = Float32Array.from({ length: 2 * 4 * 5 * 3 }, (_, i) => Math.sin(i * 1.7));

/** Float32 numbers as a constant of a graph. */
function constant(name: string, size: readonly number[], scale = 1, offset = 0): object {
  const count = size.reduce((a, b) => a * b, 1);
  const floatVal = Array.from({ length: count }, (_, i) => offset + scale * Math.sin(i * 2.3 + name.length));
  const tensorShape = { dim: size.map((each) => ({ size: each })) };
  return { name, op: 'Const', attr: { value: { tensor: { dtype: 'DT_FLOAT', tensorShape, floatVal } } } };
}

const text = (value: string) => ({ s: Buffer.from(value).toString('base64') });
const texts = (...values: string[]) => ({ list: { s: values.map((value) => text(value).s) } });
const windows = { strides: { list: { i: [1, 1, 2, 1] } }, padding: text('SAME') };
const node = (name: string, op: string, input: string[], attr: object = {}) => ({ name, op, input, attr });

const given = [
  { name: 'x', op: 'Placeholder', attr: { shape: { shape: { dim: [-1, 4, 5, 3].map((size) => ({ size })) } } } },
  constant('kernel', [3, 3, 3, 4], 0.5),
  constant('deep', [3, 3, 3, 2], 0.5),
  constant('bias', [4], 0.3),
  constant('bias6', [6], 0.3),
  constant('slope', [1, 1, 4], 0.2),
  constant('scale', [4], 0.3, 1),
  constant('mean', [4], 0.2),
  constant('variance', [4], 0.2, 1),
  constant('matrix', [3, 4], 0.5),
  node('side', 'Conv2D', ['x', 'kernel'], windows),
];
const statistics = ['scale', 'bias', 'mean', 'variance'];
const untrained = { is_training: { b: false }, epsilon: { f: 0.01 } };

/** A fused operation, and the operations that it stands for. */
const pairs: Readonly<Record<string, readonly [fused: object[], plain: object[]]>> = {
  'a convolution, its bias and Relu6': [
    [node('y', '_FusedConv2D', ['x', 'kernel', 'bias'], { ...windows, fused_ops: texts('BiasAdd', 'Relu6') })],
    [node('a', 'Conv2D', ['x', 'kernel'], windows), node('b', 'BiasAdd', ['a', 'bias']), node('y', 'Relu6', ['b'])],
  ],
  'a convolution, its bias, a sum and LeakyRelu': [
    [
      node('y', '_FusedConv2D', ['x', 'kernel', 'bias', 'side'], {
        ...windows,
        fused_ops: texts('BiasAdd', 'Add', 'LeakyRelu'),
        leakyrelu_alpha: { f: 0.35 },
      }),
    ],
    [
      node('a', 'Conv2D', ['x', 'kernel'], windows),
      node('b', 'BiasAdd', ['a', 'bias']),
      node('c', 'AccumulateNV2', ['b', 'side']),
      node('y', 'LeakyRelu', ['c'], { alpha: { f: 0.35 } }),
    ],
  ],
  'a convolution, its bias and Prelu': [
    [node('y', '_FusedConv2D', ['x', 'kernel', 'bias', 'slope'], { ...windows, fused_ops: texts('BiasAdd', 'Prelu') })],
    [
      node('a', 'Conv2D', ['x', 'kernel'], windows),
      node('b', 'BiasAdd', ['a', 'bias']),
      node('c', 'Relu', ['b']),
      node('d', 'Minimum', ['b', 'zero']),
      node('e', 'Mul', ['d', 'slope']),
      node('y', 'AddV2', ['c', 'e']),
      { ...constant('zero', [], 0), name: 'zero' },
    ],
  ],
  'a convolution and a batch normalization': [
    [
      node('y', '_FusedConv2D', ['x', 'kernel', ...statistics], {
        ...windows,
        fused_ops: texts('FusedBatchNorm', 'Elu'),
        epsilon: { f: 0.01 },
      }),
    ],
    [
      node('a', 'Conv2D', ['x', 'kernel'], windows),
      node('b', 'FusedBatchNormV3', ['a', ...statistics], untrained),
      node('y', 'Elu', ['b']),
    ],
  ],
  ...Object.fromEntries(
    ['FusedDepthwiseConv2dNative', '_FusedDepthwiseConv2dNative'].map((operator) => [
      `a depthwise convolution (${operator})`,
      [
        [node('y', operator, ['x', 'deep', 'bias6'], { ...windows, fused_ops: texts('BiasAdd', 'Tanh') })],
        [
          node('a', 'DepthwiseConv2dNative', ['x', 'deep'], windows),
          node('b', 'BiasAdd', ['a', 'bias6']),
          node('y', 'Tanh', ['b']),
        ],
      ],
    ]),
  ),
  'a product of matrices': [
    [
      node('rows', 'Mean', ['x', 'sides']),
      node('y', '_FusedMatMul', ['rows', 'matrix', 'bias'], { fused_ops: texts('BiasAdd', 'Sigmoid') }),
      integers('sides', [1, 2]),
    ],
    [
      node('rows', 'Mean', ['x', 'sides']),
      node('a', 'MatMul', ['rows', 'matrix']),
      node('b', 'BiasAdd', ['a', 'bias']),
      node('y', 'Sigmoid', ['b']),
      integers('sides', [1, 2]),
    ],
  ],
  'a batch normalization, a sum and Relu': [
    [
      node('a', 'Conv2D', ['x', 'kernel'], windows),
      node('y', '_FusedBatchNormEx', ['a', ...statistics, 'side'], { ...untrained, activation_mode: text('Relu') }),
    ],
    [
      node('a', 'Conv2D', ['x', 'kernel'], windows),
      node('b', 'FusedBatchNormV3', ['a', ...statistics], untrained),
      node('c', 'AddV2', ['b', 'side']),
      node('y', 'Relu', ['c']),
    ],
  ],
};

function integers(name: string, intVal: readonly number[]): object {
  const tensorShape = { dim: [{ size: intVal.length }] };
  return { name, op: 'Const', attr: { value: { tensor: { dtype: 'DT_INT32', tensorShape, intVal } } } };
}

const computed = (nodes: readonly object[]) =>
  computeTensorFlow(GraphMessage.fromObject({ node: [...given, ...nodes] }), dims, image);

describe('fused operators of TensorFlow', () => {
  for (const [name, [fused, plain]] of Object.entries(pairs)) {
    it(`are what they stand for: ${name}`, async () => {
      const [found, right] = [await computed(fused), await computed(plain)];
      assert.deepEqual(found.dims, right.dims);
      const expected = right.data as Float32Array;
      assert.ok(expected.some((value) => Math.abs(value) > 0.1));
      for (const [i, value] of (found.data as Float32Array).entries()) {
        assert.ok(Math.abs(value - (expected[i] as number)) < 1e-5, `${value} is not ${expected[i]}, at ${i}`);
      }
    });
  }

  const functions: Readonly<Record<string, (x: number) => number>> = {
    ReluN1To1: (x) => Math.min(1, Math.max(-1, x)),
    GeluApproximate: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
    // Within 4e-4 of the approximation.
    GeluExact: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  };
  for (const [operator, of] of Object.entries(functions)) {
    it(`compute ${operator}`, async () => {
      const { data } = await computed([node('y', operator, ['x'])]);
      for (const [i, value] of (data as Float32Array).entries()) {
        const right = of(image[i] as number);
        assert.ok(Math.abs(value - right) < (operator === 'GeluExact' ? 1e-3 : 1e-5), `${value} is not ${right}`);
      }
    });
  }

  it('are refused where something follows that has no counterpart, or an input is missing', async () => {
    const refused = (input: string[], ...fused: string[]) =>
      computed([node('y', '_FusedConv2D', input, { ...windows, fused_ops: texts(...fused) })]);
    await rejectsWith(refused(['x', 'kernel', 'bias'], 'BiasAdd', 'Wormhole'), '_FusedConv2D "y"', 'Wormhole');
    await rejectsWith(refused(['x', 'kernel'], 'BiasAdd'), '_FusedConv2D "y"', 'fewer inputs');
  });
});

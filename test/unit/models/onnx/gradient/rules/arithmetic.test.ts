import fc from 'fast-check';
import { arithmetic } from '../../../../../../src/models/onnx/gradient/rules/arithmetic.ts';
import { floatConstant } from '../../../../../../src/models/onnx/graph/graph.ts';
import { checkGradient, checkGraph, type InputSpec } from '../../../../../support/onnx/checkGradient.ts';
import { testRules, type Variant } from '../../../../../support/onnx/ruleTests.ts';

const x: InputSpec = { dims: [2, 3, 4] };
const positive: InputSpec = { dims: [2, 3, 4], range: [0.5, 2] };

function constant(dims: readonly number[], values?: readonly number[]): InputSpec {
  return { dims, constant: true, ...(values && { values }) };
}

function condition(dims: readonly number[], values: readonly number[]): InputSpec {
  return { dims, values, constant: true, type: 'bool' };
}

const several: Variant[] = [
  { inputs: [x] },
  { inputs: [x, constant([1])] },
  { inputs: [x, { dims: [3, 1] }] },
  { inputs: [{ dims: [3, 4] }, { dims: [2, 1, 1] }, constant([4]), { dims: [1] }] },
];
const pairs: Variant[] = [
  { inputs: [x, x] },
  { inputs: [x, constant([], [1.5])] },
  { inputs: [constant([3, 1]), x] },
  { inputs: [{ dims: [3, 1] }, { dims: [2, 1, 4] }] },
];
const comparison: Variant[] = [{ inputs: [x, constant([4])] }];
const logical: Variant[] = [{ inputs: [condition([3], [1, 0, 1]), condition([3], [1, 1, 0])] }];

testRules('arithmetic', arithmetic, {
  Add: pairs,
  Sub: pairs,
  Mul: pairs,
  Div: [
    { inputs: [x, positive] },
    { inputs: [x, constant([], [-1.5])] },
    { inputs: [constant([3, 1]), positive] },
    { inputs: [{ dims: [3, 1] }, { dims: [2, 1, 4], range: [-2, -0.5] }] },
  ],
  Pow: [
    ...[0, 1, 2, 3, 4, -1].map((power) => ({ inputs: [{ ...x, range: [0.3, 2] as const }, constant([], [power])] })),
    { inputs: [x, constant([1], [2])] },
    { inputs: [x, constant([], [3])] },
    { inputs: [positive, constant([], [0.5])] },
    { inputs: [x, { dims: [], values: [3], constant: true, type: 'int64' }] },
    { inputs: [positive, constant([4], [0, 1, 2.5, -1])] },
    // At a base of 0, an exponent of 0 must not give 0 · ∞.
    {
      inputs: [
        { dims: [4], values: [0, 0, 1, 2] },
        { dims: [4], values: [0, 2, 0, 3], constant: true, type: 'int32' },
      ],
    },
    { inputs: [{ dims: [3, 1], range: [0.5, 2] }, { dims: [2, 1, 4] }] },
    { inputs: [constant([3, 1], [0.5, 1, 2]), x] },
  ],
  Min: several,
  Max: several,
  Sum: several,
  Mean: several,
  Where: [
    { inputs: [condition([2, 3, 1], [1, 0, 1, 0, 0, 1]), x, { dims: [4] }] },
    { inputs: [condition([4], [1, 0, 1, 0]), constant([]), x] },
    { inputs: [condition([2, 1, 4], [1, 0, 1, 0, 0, 1, 0, 0]), { dims: [3, 1] }, { dims: [1] }] },
  ],
  Mod: [
    { inputs: [x, constant([], [0.7])], attributes: { fmod: 1 } },
    { inputs: [x, { dims: [3, 1], range: [0.5, 0.8] }], attributes: { fmod: 1 } },
  ],
  Greater: comparison,
  GreaterOrEqual: comparison,
  Less: comparison,
  LessOrEqual: comparison,
  Equal: comparison,
  And: logical,
  Or: logical,
  Xor: logical,
  Not: [{ inputs: [condition([3], [1, 0, 1])] }],
  IsNaN: [{ inputs: [x] }],
  IsInf: [{ inputs: [x] }],
});

describe('Gradient rules: conditions', () => {
  const node = (operator: string, inputs: string[], output: string) => ({
    operator,
    domain: '',
    inputs,
    outputs: [output],
    attributes: {},
  });

  for (const operator of ['And', 'Or', 'Xor', 'Not']) {
    it(`${operator} of conditions that depend on the image`, async () => {
      await checkGraph(
        {
          inputs: [{ name: 'x', type: 'float32', dims: [6] }],
          outputs: [{ name: 'y' }],
          nodes: [
            node('Greater', ['x', 'low'], 'above'),
            node('Less', ['x', 'high'], 'below'),
            node(operator, operator === 'Not' ? ['above'] : ['above', 'below'], 'condition'),
            node('Mul', ['x', 'x'], 'square'),
            node('Where', ['condition', 'square', 'x'], 'y'),
          ],
          constants: new Map([
            ['low', floatConstant([-0.5], [])],
            ['high', floatConstant([0.5], [])],
          ]),
        },
        [-2, -1, -0.3, 0.3, 1, 2],
        { what: operator },
      );
    });
  }
});

describe('Gradient rules: ties', () => {
  for (const operator of ['Max', 'Min']) {
    it(`${operator} of the same value several times counts its gradient once`, async () => {
      await checkGraph(
        {
          inputs: [{ name: 'x', type: 'float32', dims: [2] }],
          outputs: [{ name: 'y' }],
          nodes: [{ operator, domain: '', inputs: ['x', 'x', 'x'], outputs: ['y'], attributes: {} }],
          constants: new Map(),
        },
        [1, -1],
        { what: operator },
      );
    });
  }
});

describe('Gradient rules: broadcasting', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 4 });
  /** A shape that is broadcast to another: some leading axes are left out, some sizes are 1. */
  const broadcastTo = (dims: readonly number[]) =>
    fc
      .tuple(fc.nat({ max: dims.length }), fc.array(fc.boolean(), { minLength: dims.length, maxLength: dims.length }))
      .map(([skipped, isOne]) => dims.map((size, axis) => (isOne[axis] ? 1 : size)).slice(skipped));
  const shapes = sizes.chain((dims) => fc.tuple(broadcastTo(dims), broadcastTo(dims)));

  for (const operator of ['Add', 'Sub', 'Mul', 'Div', 'Sum']) {
    it(`${operator} of tensors of any shapes`, () =>
      fc.assert(
        fc.asyncProperty(shapes, fc.nat(), async ([a, b], seed) => {
          await checkGradient({ operator, seed, inputs: [{ dims: a }, { dims: b, range: [0.5, 2] }] });
        }),
        { numRuns: 20 },
      ));
  }
});

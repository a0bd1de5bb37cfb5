import fc from 'fast-check';
import { reductions } from '../../../../../../src/models/onnx/gradient/rules/reductions.ts';
import { checkGradient, type InputSpec } from '../../../../../support/onnx/checkGradient.ts';
import { opsets, testRules, type Variant } from '../../../../../support/onnx/ruleTests.ts';

const x: InputSpec = { dims: [2, 3, 4] };
const positive: InputSpec = { dims: [2, 3, 4], range: [0.5, 2] };
const choices: (readonly number[] | undefined)[] = [undefined, [1], [-1], [0, 2], [-2, 0], [0, 1, 2]];

function ints(...values: number[]): InputSpec {
  return { dims: [values.length], values, constant: true, type: 'int64' };
}

/** Axes are an attribute before version 18 of the standard (before 13 for ReduceSum), and an input since then. */
function reduced(operator: string, axes: readonly number[] | undefined, keepdims: number, input: InputSpec): Variant[] {
  return opsets.map((opset) =>
    opset >= 18 || operator === 'ReduceSum'
      ? { opset, inputs: axes ? [input, ints(...axes)] : [input], attributes: { keepdims } }
      : { opset, inputs: [input], attributes: { keepdims, ...(axes && { axes }) } },
  );
}

function reduction(operator: string, input = x, others: readonly Variant[] = []): Record<string, Variant[]> {
  const usual = choices.flatMap((axes) => [0, 1].flatMap((keepdims) => reduced(operator, axes, keepdims, input)));
  const scalar = reduced(operator, undefined, 1, { dims: [], values: [1.5] });
  return { [operator]: [...usual, ...scalar, ...others] };
}

/** Nothing is reduced: each element is by itself. */
const noop: Variant[] = [{ opset: 26, inputs: [x], attributes: { noop_with_empty_axes: 1 } }];

testRules('reductions', reductions, {
  ...reduction('ReduceSum', x, [
    ...noop,
    { opset: 17, inputs: [x, ints()], attributes: { noop_with_empty_axes: 1 } },
    { opset: 17, inputs: [x, ints()] },
  ]),
  ...reduction('ReduceMean', x, noop),
  ...reduction('ReduceMax', x, noop),
  ...reduction('ReduceMin', x, noop),
  ...reduction('ReduceProd', x, noop),
  ...reduction('ReduceL1', x, noop),
  ...reduction('ReduceL2', x, noop),
  ...reduction('ReduceSumSquare', x, noop),
  ...reduction('ReduceLogSum', positive),
  ...reduction('ReduceLogSumExp', x),
  CumSum: [0, 1].flatMap((exclusive) =>
    [0, 1].flatMap((reverse) =>
      [1, -1].map((axis) => ({
        inputs: [x, { dims: [], values: [axis], constant: true as const, type: 'int64' as const }],
        attributes: { exclusive, reverse },
      })),
    ),
  ),
  TopK: [
    { inputs: [x, ints(2)], outputs: 2, weighed: [0] },
    { inputs: [x, ints(2)], outputs: 2, weighed: [0], attributes: { axis: 1, largest: 0 } },
    { inputs: [x, ints(2)], outputs: 2, weighed: [1], attributes: { axis: 0 } },
  ],
  ArgMax: [{ inputs: [x], attributes: { axis: 1 } }],
  ArgMin: [{ inputs: [x], attributes: { axis: -1, keepdims: 0 } }],
});

describe('Gradient rules: reductions at special points', () => {
  it('products with zeros', async () => {
    const values = [0, 2, 3, 0, 0, 1, 2, 4, 0];
    const input = { dims: [3, 3], values };
    for (const variant of reduced('ReduceProd', [1], 1, input)) {
      await checkGradient({ operator: 'ReduceProd', ...variant });
    }
  });

  it('norms of vectors that are 0 have the gradient 0', async () => {
    // Central differences of |x| at 0 are 0, too.
    const input = { dims: [2, 2], values: [0, 0, 3, 4] };
    for (const variant of reduced('ReduceL2', [1], 0, input)) await checkGradient({ operator: 'ReduceL2', ...variant });
  });

  it('two that attain the largest share its gradient', async () => {
    // So do central differences: one of them raised is the largest, and one of them lowered is not missed.
    const input = { dims: [2, 3], values: [2, 1, 2, -1, -1, -3] };
    for (const variant of reduced('ReduceMax', [1], 0, input)) {
      await checkGradient({ operator: 'ReduceMax', ...variant });
    }
  });

  for (const operator of ['ReduceSum', 'ReduceMean', 'ReduceSumSquare', 'ReduceLogSumExp']) {
    it(`${operator} over any axes`, () => {
      const dims = fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 });
      const reduction = dims.chain((dims) =>
        fc.record({
          dims: fc.constant(dims),
          axes: fc.subarray(dims.map((_, axis) => axis)),
          negative: fc.boolean(),
          keepdims: fc.integer({ min: 0, max: 1 }),
        }),
      );
      return fc.assert(
        fc.asyncProperty(reduction, async ({ dims, axes, negative, keepdims }) => {
          const stated = axes.map((axis) => (negative ? axis - dims.length : axis));
          for (const variant of reduced(operator, stated, keepdims, { dims })) {
            await checkGradient({ operator, ...variant });
          }
        }),
        { numRuns: 15 },
      );
    });
  }
});

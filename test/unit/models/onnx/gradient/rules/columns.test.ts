import fc from 'fast-check';
import { columns } from '../../../../../../src/models/onnx/gradient/rules/columns.ts';
import { elementCount } from '../../../../../../src/models/onnx/graph/graph.ts';
import { checkGradient, type InputSpec } from '../../../../../support/onnx/checkGradient.ts';
import { testRules } from '../../../../../support/onnx/ruleTests.ts';
import { type Axis, axes, listOf } from '../../../../../support/onnx/windows.ts';

const sizes = (...values: number[]): InputSpec => ({ dims: [values.length], values, constant: true, type: 'int64' });

testRules('columns', columns, {
  Col2Im: [
    { inputs: [{ dims: [1, 4, 9] }, sizes(4, 4), sizes(2, 2)], opset: 18 },
    { inputs: [{ dims: [2, 12, 4] }, sizes(4, 5), sizes(3, 2)], attributes: { strides: [1, 2] }, opset: 26 },
    {
      inputs: [{ dims: [1, 8, 6] }, sizes(4, 5), sizes(2, 2)],
      attributes: { pads: [1, 0, 1, 0], dilations: [2, 2], strides: [2, 1] },
      opset: 18,
    },
  ],
});

it('Col2Im of any geometry', () =>
  fc.assert(
    // ONNX Runtime 1.30 knows two axes only.
    fc.asyncProperty(
      axes({ pad: 2 }).filter(({ length }) => length === 2),
      fc.integer({ min: 1, max: 2 }),
      col2im,
    ),
    { numRuns: 20 },
  )).timeout(60_000);

async function col2im(along: readonly Axis[], channels: number): Promise<void> {
  const counts = along.map(
    ({ size, kernel, stride, dilation, before, after }) =>
      Math.floor((size + before + after - (kernel - 1) * dilation - 1) / stride) + 1,
  );
  await checkGradient({
    operator: 'Col2Im',
    opset: 18,
    inputs: [
      { dims: [1, channels * elementCount(listOf(along, 'kernel')), elementCount(counts)] },
      sizes(...listOf(along, 'size')),
      sizes(...listOf(along, 'kernel')),
    ],
    attributes: {
      strides: listOf(along, 'stride'),
      dilations: listOf(along, 'dilation'),
      pads: [...listOf(along, 'before'), ...listOf(along, 'after')],
    },
  });
}

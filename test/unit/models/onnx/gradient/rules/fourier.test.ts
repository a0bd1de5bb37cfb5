import assert from 'node:assert/strict';
import { fourier } from '../../../../../../src/models/onnx/gradient/rules/fourier.ts';
import { checkGradient, type InputSpec } from '../../../../../support/onnx/checkGradient.ts';
import { testRules, type Variant } from '../../../../../support/onnx/ruleTests.ts';

const scalar = (value: number): InputSpec => ({ dims: [], values: [value], constant: true, type: 'int64' });

/** The same transform in the versions that take the axis as an attribute, and as an input. */
function along(axis: number, dims: readonly number[], attributes: Record<string, number>, length?: number): Variant[] {
  const inputs = [{ dims }, length === undefined ? undefined : scalar(length)];
  return [
    { inputs, attributes: { ...attributes, axis }, opset: 17 },
    { inputs: [...inputs, scalar(axis)], attributes, opset: 20 },
  ];
}

testRules('fourier', fourier, {
  DFT: [
    { inputs: [{ dims: [2, 6, 1] }] },
    { inputs: [{ dims: [1, 5, 2] }] },
    ...along(1, [2, 8, 3, 1], {}),
    ...along(2, [2, 3, 7, 2], {}),
    ...along(1, [1, 6, 2, 2], { inverse: 1 }),
    ...along(1, [1, 6, 2, 1], { inverse: 1 }),
    ...along(1, [1, 6, 2, 1], { onesided: 1 }),
    ...along(2, [1, 2, 7, 1], { onesided: 1 }),
    ...along(1, [1, 5, 1, 1], {}, 8),
    ...along(1, [1, 5, 1, 2], {}, 3),
    ...along(1, [1, 5, 1, 1], { onesided: 1 }, 8),
    ...along(1, [1, 5, 1, 1], { onesided: 1 }, 4),
  ],
});

it('DFT refuses what would be the inverse of half a spectrum', () =>
  assert.rejects(
    checkGradient({
      operator: 'DFT',
      inputs: [{ dims: [1, 5, 2] }, undefined, scalar(1)],
      attributes: { inverse: 1, onesided: 1 },
      opset: 20,
    }),
  ));

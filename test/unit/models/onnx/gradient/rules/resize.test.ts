import assert from 'node:assert/strict';
import { UnderivableGradient } from '../../../../../../src/models/onnx/gradient/derive.ts';
import { resize } from '../../../../../../src/models/onnx/gradient/rules/resize.ts';
import { float } from '../../../../../../src/models/onnx/graph/graphBuilder.ts';
import { checkGradient, type GradientCheck, type InputSpec } from '../../../../../support/onnx/checkGradient.ts';

type Attributes = NonNullable<GradientCheck['attributes']>;

const list = (...values: number[]): InputSpec => ({ dims: [values.length], values, constant: true });
const sizes = (...values: number[]): InputSpec => ({ dims: [values.length], values, constant: true, type: 'int64' });

const to = (
  x: readonly number[],
  target: readonly number[],
  attributes: Attributes,
  opset = 17,
): Omit<GradientCheck, 'operator'> => ({
  inputs: [{ dims: x }, undefined, undefined, sizes(...target)],
  attributes,
  opset,
});
const by = (
  x: readonly number[],
  scales: readonly number[],
  attributes: Attributes,
  opset = 17,
): Omit<GradientCheck, 'operator'> => ({ inputs: [{ dims: x }, undefined, list(...scales)], attributes, opset });

const modes = ['half_pixel', 'pytorch_half_pixel', 'align_corners', 'asymmetric'];
const interpolations: Readonly<Record<string, Attributes>> = {
  'nearest round_prefer_floor': { mode: 'nearest' },
  'nearest round_prefer_ceil': { mode: 'nearest', nearest_mode: 'round_prefer_ceil' },
  'nearest floor': { mode: 'nearest', nearest_mode: 'floor' },
  'nearest ceil': { mode: 'nearest', nearest_mode: 'ceil' },
  linear: { mode: 'linear' },
  cubic: { mode: 'cubic' },
};

const cases: Record<string, Omit<GradientCheck, 'operator'>> = {
  'twice the size': by([2, 2, 3, 4], [1, 1, 2, 2], { mode: 'nearest' }),
  'by scales that do not make whole sizes': by([1, 2, 4, 5], [1, 1, 1.6, 0.7], { mode: 'linear' }),
  'nearest by scales that do not make whole sizes': by([1, 2, 4, 5], [1, 1, 1.6, 0.7], {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  }),
  'cubic with another coefficient': by([1, 1, 4, 5], [1, 1, 2, 1.5], { mode: 'cubic', cubic_coeff_a: float(-0.5) }),
  'cubic without what is outside': by([1, 1, 4, 5], [1, 1, 2, 1.5], { mode: 'cubic', exclude_outside: 1 }),
  'linear over one axis': to([1, 2, 5], [1, 2, 8], { mode: 'linear' }),
  'linear over three axes': to([1, 1, 2, 3, 2], [1, 1, 3, 4, 3], { mode: 'linear' }),
  'nearest over all axes': to([2, 2, 2, 3], [3, 2, 4, 2], { mode: 'nearest' }),
  'a size of one pixel': to([1, 1, 1, 4], [1, 1, 3, 1], { mode: 'linear' }),
  'chosen axes': {
    inputs: [{ dims: [1, 2, 3, 4] }, undefined, undefined, sizes(6, 2)],
    attributes: { mode: 'linear', axes: [-2, 3] },
    opset: 18,
  },
  half_pixel_symmetric: by(
    [1, 1, 4, 5],
    [1, 1, 1.6, 0.7],
    { mode: 'linear', coordinate_transformation_mode: 'half_pixel_symmetric' },
    19,
  ),
  'antialias, linear': to([1, 1, 7, 8], [1, 1, 3, 3], { mode: 'linear', antialias: 1 }, 18),
  'antialias, cubic': to([1, 1, 7, 8], [1, 1, 3, 3], { mode: 'cubic', antialias: 1 }, 18),
  // ONNX Runtime 1.30 crops no axis whose size stays.
  'a crop': {
    inputs: [{ dims: [1, 1, 4, 5] }, list(0, 0, 0.2, -0.1, 1, 1, 0.9, 1.1), undefined, sizes(1, 1, 3, 6)],
    attributes: { mode: 'linear', coordinate_transformation_mode: 'tf_crop_and_resize' },
  },
  'a policy that keeps the sizes': {
    inputs: [{ dims: [1, 1, 3, 4] }, undefined, undefined, sizes(6, 8)],
    attributes: { mode: 'linear', axes: [2, 3], keep_aspect_ratio_policy: 'not_larger' },
    opset: 18,
  },
  'in the newest version': by([2, 2, 3, 4], [1, 1, 2, 2], { mode: 'cubic' }, 19),
};
for (const coordinates of modes) {
  for (const [name, attributes] of Object.entries(interpolations)) {
    const all = { ...attributes, coordinate_transformation_mode: coordinates };
    cases[`${name}, ${coordinates}`] = to([1, 2, 4, 5], [1, 2, 7, 3], all);
  }
}

describe('gradient rule of Resize', () => {
  for (const [name, variant] of Object.entries(cases)) {
    it(name, () => checkGradient({ operator: 'Resize', ...variant }));
  }

  it('is the only one', () => assert.deepEqual(Object.keys(resize), ['Resize']));

  it('refuses sizes that a policy changes', () =>
    assert.rejects(
      checkGradient({
        operator: 'Resize',
        inputs: [{ dims: [1, 1, 3, 4] }, undefined, undefined, sizes(6, 9)],
        attributes: { mode: 'linear', axes: [2, 3], keep_aspect_ratio_policy: 'not_larger' },
        opset: 18,
      }),
      (error) => error instanceof UnderivableGradient && error.message.includes('keep_aspect_ratio_policy'),
    ));
});

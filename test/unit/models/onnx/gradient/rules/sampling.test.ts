import fc from 'fast-check';
import { sampling } from '../../../../../../src/models/onnx/gradient/rules/sampling.ts';
import { checkGradient, type InputSpec } from '../../../../../support/onnx/checkGradient.ts';
import { testRules, type Variant } from '../../../../../support/onnx/ruleTests.ts';

const sizes = (...values: number[]): InputSpec => ({ dims: [values.length], values, constant: true, type: 'int64' });

/** An image and a grid, which goes beyond the image on all sides. */
const flat: readonly InputSpec[] = [{ dims: [1, 2, 3, 4] }, { dims: [1, 2, 3, 2], range: [-1.7, 1.7] }];
const deep: readonly InputSpec[] = [{ dims: [1, 1, 3, 2, 3] }, { dims: [1, 1, 2, 2, 3], range: [-1.5, 1.5] }];

const variants: Variant[] = [];
for (const padding_mode of ['zeros', 'border', 'reflection']) {
  for (const align_corners of [0, 1]) {
    for (const [old, mode] of [
      ['bilinear', 'linear'],
      ['nearest', 'nearest'],
      ['bicubic', 'cubic'],
    ] as const) {
      variants.push({ inputs: flat, attributes: { padding_mode, align_corners, mode: old }, opset: 17 });
      variants.push({ inputs: flat, attributes: { padding_mode, align_corners, mode }, opset: 22 });
      if (mode !== 'cubic')
        variants.push({ inputs: deep, attributes: { padding_mode, align_corners, mode }, opset: 22 });
    }
  }
}

testRules('sampling', sampling, {
  GridSample: [
    { inputs: [{ dims: [2, 2, 4, 5] }, { dims: [2, 3, 3, 2], range: [-1.7, 1.7] }] },
    ...variants,
    { inputs: [flat[0] as InputSpec, { ...(flat[1] as InputSpec), constant: true }] },
    { inputs: [{ ...(flat[0] as InputSpec), constant: true }, flat[1] as InputSpec] },
    {
      inputs: [{ dims: [1, 1, 1, 3] }, { dims: [1, 2, 2, 2], range: [-1.7, 1.7] }],
      attributes: { padding_mode: 'reflection', align_corners: 1 },
    },
  ],
  AffineGrid: [
    { inputs: [{ dims: [2, 2, 3] }, sizes(2, 1, 3, 4)], opset: 20 },
    { inputs: [{ dims: [2, 2, 3] }, sizes(2, 1, 3, 4)], attributes: { align_corners: 1 }, opset: 20 },
    { inputs: [{ dims: [1, 3, 4] }, sizes(1, 2, 2, 3, 2)], opset: 20 },
  ],
});

it('GridSample of any geometry', () =>
  fc.assert(
    fc.asyncProperty(
      fc.record({
        sides: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 2 }),
        places: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 2, maxLength: 2 }),
        batch: fc.integer({ min: 1, max: 2 }),
        reach: fc.double({ min: 0.3, max: 3, noNaN: true }),
        seed: fc.integer({ min: 1, max: 1000 }),
      }),
      fc.constantFrom('bilinear', 'bicubic', 'nearest'),
      fc.constantFrom('zeros', 'border', 'reflection'),
      fc.boolean(),
      async ({ sides, places, batch, reach, seed }, mode, padding_mode, aligned) => {
        await checkGradient({
          operator: 'GridSample',
          inputs: [{ dims: [batch, 2, ...sides] }, { dims: [batch, ...places, 2], range: [-reach, reach] }],
          attributes: { mode, padding_mode, align_corners: aligned ? 1 : 0 },
          seed,
        });
      },
    ),
    { numRuns: 25 },
  )).timeout(60_000);

import assert from 'node:assert/strict';
import type { localIntrinsicDimensionality } from '../../../../src/defenses/detectors/localIntrinsicDimensionality.ts';
import type { Checks } from '../../../support/checks.ts';
import { assertCloseTo } from '../../../support/closeTo.ts';
import { differences } from '../../../support/fittedDetector.ts';
import { noise } from '../../../support/onnx/makeModel.ts';

export const lidChecks: Checks<typeof localIntrinsicDimensionality> = {
  'known distances have a closed form': (estimate) => {
    // At distances 4, 1, 8, 2 and 3 of the origin: of three neighbors −(1/3 (log 1/3 + log 2/3 + log 3/3))⁻¹.
    const reference = Float32Array.of(4, 0, 0, 1, -8, 0, 0, -2, 0, 3);
    assertCloseTo([estimate(reference, 2, 3)(new Float32Array(2)).value], [3 / Math.log(9 / 2)], 1e-6);
    assertCloseTo([estimate(reference, 2, 2)(new Float32Array(2)).value], [2 / Math.log(2)], 1e-6);
  },
  'points that fill a line, a square and a cube evenly have their dimension': (estimate) => {
    for (const size of [1, 2, 3]) {
      const values: number[] = [];
      const perSide = size === 1 ? 4000 : size === 2 ? 60 : 16;
      for (let n = 0; n < perSide ** size; n++) {
        for (let axis = 0; axis < size; axis++) values.push((Math.floor(n / perSide ** axis) % perSide) + 0.5);
      }
      const center = new Float32Array(size).fill(perSide / 2 + 0.1);
      const { value } = estimate(Float32Array.from(values), size, 400)(center);
      assert.ok(Math.abs(value - size) < 0.15 * size, `${value} in ${size} dimensions`);
    }
  },
  'a point of the reference is no neighbor of itself, however it was rounded': (estimate) => {
    const reference = noise(60, 3);
    const own = reference.slice(12, 15);
    const others = Float32Array.of(...reference.slice(0, 12), ...reference.slice(15));
    const expected = estimate(others, 3, 6)(own).value;
    assertCloseTo([estimate(reference, 3, 6)(own).value], [expected], 1e-6);
    const rounded = own.map((x) => x * (1 + 1e-7));
    assertCloseTo([estimate(reference, 3, 6)(rounded).value], [expected], 1e-4);
  },
  'the gradient is that of the estimate': (estimate) => {
    const scoreOf = estimate(noise(150, 5), 3, 9);
    for (let seed = 1; seed < 6; seed++) {
      const x = noise(3, seed + 20);
      const expected = differences((y) => scoreOf(y).value, x, 1e-4);
      assertCloseTo(scoreOf(x).gradient(), expected, 1e-2);
    }
  },
  'equal distances and no neighbors at all are no accident': (estimate) => {
    const ring = Float32Array.of(1, 0, -1, 0, 0, 1, 0, -1);
    const { value, gradient } = estimate(ring, 2, 4)(new Float32Array(2));
    assert.ok(Number.isFinite(value) && value > 100, `${value}`);
    assert.deepEqual([...gradient()], [0, 0]);
    const alone = estimate(Float32Array.of(1, 1, 1, 1), 2, 2)(Float32Array.of(1, 1));
    assert.deepEqual([alone.value, ...alone.gradient()], [0, 0, 0]);
  },
};

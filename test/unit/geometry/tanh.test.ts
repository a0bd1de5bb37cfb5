import assert from 'node:assert/strict';
import { double, assert as holds, property } from 'fast-check';
import { tanhOf } from '../../../src/geometry/tanh.ts';

const tanh = (value: number) => {
  const result = new Float64Array(1);
  tanhOf(Float64Array.of(value), result);
  return result[0] as number;
};

describe('tanh', () => {
  it('is within 8 units in the last place of that of the language', () => {
    const isNear = (value: number) => {
      const expected = Math.tanh(value);
      assert.ok(Math.abs(tanh(value) - expected) <= 8 * 2 ** -53 * Math.abs(expected), `tanh ${value}`);
    };
    holds(property(double({ min: -25, max: 25, noNaN: true }), isNear), { numRuns: 2000 });
    // Of numbers as they come most are near zero; here the places between those that are known in advance.
    for (let k = -1300; k <= 1300; k++) isNear(k / 64);
    for (let k = -1300; k <= 1300; k++) isNear(k / 64.1);
  });

  it('is the number itself for the smallest ones', () => {
    assert.equal(tanh(0), 0);
    for (const value of [5e-324, -5e-324, 1e-300, 1e-20]) assert.equal(tanh(value), value);
  });

  it('ends at 1 and −1, and is no number where there is none', () => {
    for (const value of [20, 1e300, Infinity]) assert.deepEqual([tanh(value), tanh(-value)], [1, -1]);
    assert.ok(Number.isNaN(tanh(Number.NaN)));
  });
});

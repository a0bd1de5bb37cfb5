import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ascend, steepestAscent } from '../../../src/geometry/steepestAscent.ts';

describe('the steepest ascent', () => {
  it('is the sign in linf, and the gradient brought to length 1 in l2', () => {
    assert.deepEqual(steepestAscent(Float32Array.of(3, -4, 0), 'linf'), Float64Array.of(1, -1, 0));
    assert.deepEqual(steepestAscent(Float32Array.of(3, -4, 0), 'l2'), Float64Array.of(3 / 5, -4 / 5, 0));
  });

  it('has a direction however small or large the gradient is', () => {
    for (const size of [2 ** -149, 2 ** 120]) {
      assert.deepEqual(steepestAscent(Float32Array.of(size, 0), 'l2'), Float64Array.of(1, 0));
    }
  });

  it('is zero where there is no direction: in linf for a value, in l2 for all', () => {
    const bad = [0, Infinity, -Infinity, Number.NaN];
    assert.deepEqual(steepestAscent([...bad, 2], 'linf'), Float64Array.of(0, 0, 0, 0, 1));
    for (const value of bad) assert.deepEqual(steepestAscent([value, value && 2], 'l2'), new Float64Array(2));
  });
});

describe('the steepest step in l1', () => {
  it('fills the largest derivatives up to the edges of the range, however many that takes', () => {
    const size = 3000;
    const list = (max: number) => fc.array(fc.integer({ min: -max, max }), { minLength: size, maxLength: size });
    fc.assert(
      // Derivatives of few sizes, so that many are equal; then of many.
      fc.property(
        list(128),
        fc.oneof(list(4), list(100_000)),
        fc.integer({ min: 1, max: 2000 }),
        (levels, g, length) => {
          const x = Float32Array.from(levels, (k) => Math.abs(k) / 128);
          let left = length;
          const expected = x.slice();
          for (const i of [...g.keys()].sort((a, b) => Math.abs(g[b] as number) - Math.abs(g[a] as number))) {
            const [value, derivative] = [x[i] as number, g[i] as number];
            const part = derivative === 0 ? 0 : Math.min(left, derivative > 0 ? 1 - value : value);
            expected[i] = value + Math.sign(derivative) * part;
            left -= part;
          }
          assert.deepEqual(ascend(x, Float32Array.from(g), 'l1', length), expected);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('goes nowhere without a direction', () => {
    const x = Float32Array.of(0, 0.5, 1);
    assert.deepEqual(ascend(x, new Float32Array(3), 'l1', 1), x);
    assert.deepEqual(ascend(x, Float32Array.of(-1, 0, 1), 'l1', 1), x);
    assert.deepEqual(ascend(x, Float32Array.of(Number.NaN, Infinity, -1), 'l1', 0.25), Float32Array.of(0, 0.5, 0.75));
  });
});

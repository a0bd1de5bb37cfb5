import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  accumulate,
  addScaled,
  allFinite,
  allZero,
  between,
  dot,
  finite,
  scaled,
  sign,
  subtract,
} from '../../../src/geometry/vector.ts';

const { NaN: nan } = Number;
const factor = fc.double({ min: -1e3, max: 1e3, noNaN: true }).filter((value) => value !== 0);
const float = fc.float({ min: -1000, max: 1000, noNaN: true });
const pair = <T>(item: fc.Arbitrary<T>) =>
  fc.integer({ min: 0, max: 40 }).chain((size) => {
    const list = fc.array(item, { minLength: size, maxLength: size });
    return fc.tuple(list, list);
  });

describe('vectors', () => {
  it('have a product that is linear, summed in the order of their values', () => {
    assert.equal(dot([1, 2, 3], Float32Array.of(4, -5, 0.5)), -4.5);
    assert.equal(dot([], []), 0);
    // In float64 (1e16 + 1) − 1e16 is 0.
    assert.equal(dot([1e16, 1, -1e16], [1, 1, 1]), 0);
    assert.equal(dot([1e16, -1e16, 1], [1, 1, 1]), 1);
  });

  it('are subtracted in float64', () => {
    assert.deepEqual(
      subtract(Float32Array.of(1, 0.25), Float32Array.of(2 ** -40, 0.5)),
      Float64Array.of(1 - 2 ** -40, -0.25),
    );
  });

  it('are scaled in float64', () => {
    assert.deepEqual(scaled(Float32Array.of(1, -2, Infinity), 0.1), Float64Array.of(0.1, -0.2, Infinity));
  });

  it('are added with one rounding to what the first holds, which stays as it is', () => {
    fc.assert(
      fc.property(pair(float), factor, ([a, b], step) => {
        for (const type of [Float32Array, Float64Array]) {
          const [x, direction] = [type.from(a), Float32Array.from(b)];
          const sum = addScaled(x, direction, step);
          assert.deepEqual(x, type.from(a));
          for (const [i, from] of type.from(a).entries()) {
            assert.equal(sum[i], type.of(from + step * (direction[i] as number))[0]);
          }
          accumulate(x, direction, step);
          assert.deepEqual(x, sum);
        }
      }),
    );
  });

  it('stay where they are in a step of zero, even along a direction that is not finite', () => {
    assert.deepEqual(addScaled(Float32Array.of(0.5, 1), [Infinity, nan], 0), Float32Array.of(0.5, 1));
  });

  it('have points between them, and beyond', () => {
    const [from, to] = [Float32Array.of(0, 1, 0.5), Float32Array.of(1, 0, 0.5)];
    assert.deepEqual(between(from, to, 0), from);
    assert.deepEqual(between(from, to, 1), to);
    assert.deepEqual(between(from, to, 0.25), Float32Array.of(0.25, 0.75, 0.5));
    assert.deepEqual(between(from, to, 2), Float32Array.of(2, -1, 0.5));
  });

  it('have signs, which are zero where there is no number', () => {
    assert.deepEqual(sign([3, -0.1, 0, Infinity, -Infinity, nan]), Float64Array.of(1, -1, 0, 1, -1, 0));
  });

  it('have a finite part', () => {
    assert.deepEqual(
      finite(Float32Array.of(3, -0.1, Infinity, -Infinity, nan, 0)),
      Float32Array.of(3, -0.1, 0, 0, 0, 0),
    );
    const whole = Float32Array.of(1, -2);
    assert.equal(finite(whole), whole);
  });

  it('are known to be finite, and to be zero', () => {
    assert.ok(allFinite([0, -3, 1e308]) && allFinite([]));
    for (const value of [nan, Infinity, -Infinity]) assert.ok(!allFinite([1, value, 2]), `${value}`);
    assert.ok(allZero([0, -0]) && allZero([]));
    for (const value of [nan, 5e-324, -1]) assert.ok(!allZero([0, value]), `${value}`);
  });
});

import assert from 'node:assert/strict';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { exponentialVector, normalVector, signVector, uniformVector } from '../../../src/geometry/randomVector.ts';

const size = 20_000;

/** Mean of a function of values, with the bound of five standard errors for a function of this variance. */
function assertMean(vector: Float64Array, of: (value: number) => number, mean: number, variance: number): void {
  const measured = vector.reduce((sum, value) => sum + of(value), 0) / vector.length;
  assert.ok(Math.abs(measured - mean) < 5 * Math.sqrt(variance / vector.length), `${measured}, not ${mean}`);
}

const itself = (value: number) => value;
const square = (value: number) => value * value;

describe('random vectors', () => {
  it('are uniform in [−1, 1)', () => {
    const vector = uniformVector(size, xoroshiro128plus(1));
    assert.ok(vector.every((value) => value >= -1 && value < 1));
    assertMean(vector, itself, 0, 1 / 3);
    assertMean(vector, square, 1 / 3, 1 / 5 - 1 / 9);
  });

  it('are normal, with the mean and the standard deviation that are asked for', () => {
    const vector = normalVector(size, xoroshiro128plus(2));
    assertMean(vector, itself, 0, 1);
    assertMean(vector, square, 1, 2);
    const moved = normalVector(size, xoroshiro128plus(2), 0.5, 0.25);
    for (const [i, value] of moved.entries()) assert.equal(value, 0.5 + 0.25 * (vector[i] as number));
  });

  it('are exponential', () => {
    const vector = exponentialVector(size, xoroshiro128plus(3));
    assert.ok(vector.every((value) => value >= 0 && Number.isFinite(value)));
    assertMean(vector, itself, 1, 1);
    // P(value > 1) = 1/e.
    assertMean(vector, (value) => Number(value > 1), Math.exp(-1), Math.exp(-1) * (1 - Math.exp(-1)));
  });

  it('are signs', () => {
    const vector = signVector(size, xoroshiro128plus(4));
    assert.ok(vector.every((value) => Math.abs(value) === 1));
    assertMean(vector, itself, 0, 1);
  });

  it('are the same for the same seed', () => {
    for (const draw of [uniformVector, normalVector, exponentialVector, signVector]) {
      assert.deepEqual(draw(9, xoroshiro128plus(5)), draw(9, xoroshiro128plus(5)));
    }
  });
});

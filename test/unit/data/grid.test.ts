import assert from 'node:assert/strict';
import { isOnGrid, levelOf, roundedToGrid, snapToGrid, valueAt } from '../../../src/data/grid.ts';

const allLevels = Array.from({ length: 256 }, (_, level) => level);

describe('the 8-bit grid', () => {
  it('has 256 values, from 0 to 1, each of its own level', () => {
    assert.deepEqual(
      allLevels.map((level) => levelOf(valueAt(level))),
      allLevels,
    );
    assert.equal(valueAt(0), 0);
    assert.equal(valueAt(255), 1);
  });

  it('tells values on it from others', () => {
    assert.ok(isOnGrid(Float32Array.from(allLevels, valueAt)));
    assert.ok(!isOnGrid(Float32Array.of(0, 0.5)));
    assert.ok(!isOnGrid(Float32Array.of(256 / 255)));
  });

  it('draws values onto it that are off by a rounding error, and no others', () => {
    const values = Float32Array.from(allLevels, (level) => valueAt(level) + 3e-7);
    assert.ok(isOnGrid(snapToGrid(values)));
    assert.deepEqual(snapToGrid(Float32Array.of(0.5)), Float32Array.of(0.5));
  });

  it('has a level that is nearest to a value, black and white being the last ones', () => {
    const values = Float64Array.of(-3, 0, 0.4 / 255, 0.6 / 255, 127.4 / 255, 254.6 / 255, 1, 9);
    const expected = [0, 0, 0, 1, 127, 255, 255, 255].map(valueAt);
    assert.deepEqual(roundedToGrid(values), Float32Array.from(expected));
    assert.deepEqual(values.at(0), -3);
  });
});

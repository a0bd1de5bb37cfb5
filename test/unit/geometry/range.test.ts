import assert from 'node:assert/strict';
import { distances, norms } from '../../../src/geometry/norms.ts';
import { clip, farthestCorner, isInRange } from '../../../src/geometry/range.ts';

describe('the range of pixels', () => {
  it('is where values are moved to, in place', () => {
    const point = Float32Array.of(-0.5, 0, 0.25, 1, 1.5, Infinity, -Infinity);
    assert.equal(clip(point), point);
    assert.deepEqual(point, Float32Array.of(0, 0, 0.25, 1, 1, 1, 0));
  });

  it('has no room for what is no number', () => {
    assert.ok(Number.isNaN(clip(Float64Array.of(Number.NaN))[0]));
    assert.equal(isInRange([0.5, Number.NaN]), false);
  });

  it('holds values from 0 to 1', () => {
    assert.ok(isInRange([0, 0.5, 1]));
    assert.ok(isInRange([]));
    assert.equal(isInRange([0, -1e-9]), false);
    assert.equal(isInRange([1 + 1e-9, 0]), false);
  });

  it('has a corner that is as far from an image as any, in every norm', () => {
    const image = Float32Array.of(0.1, 0.9, 0.5, 0, 1, 0.49);
    const corner = farthestCorner(image);
    assert.deepEqual(corner, Float32Array.of(1, 0, 0, 1, 0, 1));
    const farthest = distances(image, corner, 1);
    for (let bits = 0; bits < 2 ** image.length; bits++) {
      const other = distances(
        image,
        Float32Array.from(image, (_, i) => (bits >> i) & 1),
        1,
      );
      for (const norm of norms) assert.ok(other[norm] <= farthest[norm]);
    }
  });
});

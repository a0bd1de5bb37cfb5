import assert from 'node:assert/strict';
import fc from 'fast-check';
import { largestFirst, placesOf, valuesAt } from '../../../src/geometry/order.ts';

describe('the order of values', () => {
  it('is that from the largest down, equals staying in their order', () => {
    assert.deepEqual([...largestFirst([1, 3, 2, 3, -1])], [1, 3, 2, 0, 4]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 5 })), (values) => {
        const places = [...largestFirst(values)];
        const expected = [...values.keys()].sort((a, b) => (values[b] as number) - (values[a] as number) || a - b);
        assert.deepEqual(places, expected);
      }),
    );
  });

  it('can be that of some of them', () => {
    assert.deepEqual([...largestFirst([1, 3, 2, 3, -1], Uint32Array.of(4, 2, 3))], [3, 2, 4]);
  });

  it('has places from the first to the last', () => {
    assert.deepEqual([...placesOf(3)], [0, 1, 2]);
    assert.deepEqual(valuesAt(Float32Array.of(0.5, 0.25, 1), [2, 0, 2]), Float64Array.of(1, 0.5, 1));
  });
});

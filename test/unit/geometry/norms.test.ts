import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type ConvexNorm, distances, dualNorm, lengthOf } from '../../../src/geometry/norms.ts';
import { dot, subtract } from '../../../src/geometry/vector.ts';

const convex: readonly ConvexNorm[] = ['linf', 'l2', 'l1'];

describe('norms', () => {
  it('measure a perturbation', () => {
    const [from, to] = [Float32Array.of(0, 0.5, 1, 0.25, 0.25, 0.25), Float32Array.of(0.5, 0.5, 0.5, 0.25, 0.25, 0.25)];
    assert.deepEqual(distances(from, to, 3), { linf: 0.5, l2: Math.sqrt(0.5), l1: 1, l0: 1 });
    assert.deepEqual(distances(from, to, 1), { linf: 0.5, l2: Math.sqrt(0.5), l1: 1, l0: 2 });
    assert.deepEqual(distances(from, from, 1), { linf: 0, l2: 0, l1: 0, l0: 0 });
  });

  it('measure a vector', () => {
    const vector = [3, -4, 0];
    assert.deepEqual(
      convex.map((norm) => lengthOf(vector, norm)),
      [4, 5, 7],
    );
    for (const norm of convex) assert.equal(lengthOf([], norm), 0);
  });

  it('neither overflow nor vanish in l2', () => {
    assert.equal(lengthOf([3 * 2 ** 700, 4 * 2 ** 700], 'l2'), 5 * 2 ** 700);
    assert.equal(lengthOf([3 * 2 ** -1060, 4 * 2 ** -1060], 'l2'), 5 * 2 ** -1060);
  });

  it('are no number, or infinite, where a value is', () => {
    for (const norm of convex) {
      assert.equal(lengthOf([1, Number.NaN], norm), Number.NaN);
      assert.equal(lengthOf([1, -Infinity], norm), Infinity);
    }
  });

  it('are the same of a difference, whichever way', () => {
    const point = fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(point, point, (a, b) => {
        for (const norm of convex) {
          const [there, back] = [distances(a, b, 3)[norm], distances(b, a, 3)[norm]];
          assert.equal(there, back);
          assert.ok(Math.abs(there - lengthOf(subtract(b, a), norm)) <= 1e-12);
        }
      }),
    );
  });

  it('have duals that bound a product (Hölder’s inequality), and touch the bound', () => {
    const vector = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(vector, vector, (a, b) => {
        for (const norm of convex) {
          assert.ok(Math.abs(dot(a, b)) <= lengthOf(a, norm) * lengthOf(b, dualNorm[norm]) * (1 + 1e-12));
        }
      }),
    );
    assert.equal(dot([2, -2], [3, -1]), lengthOf([2, -2], 'linf') * lengthOf([3, -1], dualNorm.linf));
  });
});

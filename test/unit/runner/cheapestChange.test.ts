import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isOnGrid, levelOf, valueAt } from '../../../src/data/grid.ts';
import { distances, type Norm } from '../../../src/geometry/norms.ts';
import { cheapestChange } from '../../../src/runner/cheapestChange.ts';

const slope = fc.integer({ min: -40, max: 40 }).map((value) => value / 8);
const level = fc.nat({ max: 255 });
const three = <T>(item: fc.Arbitrary<T>) => fc.tuple(item, item, item);

/** How much a linear function gains between two points. */
function gainOf(gradient: ArrayLike<number>, from: ArrayLike<number>, to: ArrayLike<number>): number {
  return Array.from(gradient).reduce((sum, g, i) => sum + g * ((to[i] as number) - (from[i] as number)), 0);
}

/** The least norm of all grid points that gain enough: every level of the first two values, and the least third. */
function leastNorm(image: Float32Array, gradient: readonly number[], needed: number, norm: Norm, channels: number) {
  const [start = 0, second = 0, third = 0] = Array.from(image, levelOf);
  const rise = (gradient[2] as number) / 255;
  let least = Infinity;
  for (let a = 0; a < 256; a++) {
    for (let b = 0; b < 256; b++) {
      const left =
        needed - ((gradient[0] as number) * (a - start)) / 255 - ((gradient[1] as number) * (b - second)) / 255;
      const count = left <= 0 ? 0 : Math.ceil(left / Math.abs(rise));
      const c = third + Math.sign(rise) * count;
      if (!(c >= 0 && c <= 255)) continue;
      least = Math.min(least, distances(image, Float32Array.of(a, b, c).map(valueAt), channels)[norm]);
    }
  }
  return least;
}

describe('the cheapest change on the grid', () => {
  for (const norm of ['linf', 'l2', 'l1', 'l0'] as const) {
    it(`is as near as the nearest of all grid points, but for one gray level: ${norm}`, () => {
      let found = 0;
      fc.assert(
        fc.property(
          three(level),
          three(slope),
          fc.double({ min: 0.01, max: 8, noNaN: true }),
          fc.constantFrom(1, 3),
          (levels, gradient, needed, channels) => {
            const image = Float32Array.from(levels, valueAt);
            const point = cheapestChange(image, image, Float32Array.from(gradient), needed, norm, channels);
            const least = leastNorm(image, gradient, needed, norm, channels);
            if (point === undefined) {
              // Rounding may decide where all of the range is just enough.
              if (least < Infinity) assert.equal(leastNorm(image, gradient, needed + 1e-4, norm, channels), Infinity);
              return;
            }
            found++;
            assert.ok(isOnGrid(point));
            assert.ok(gainOf(gradient, image, point) >= needed - 1e-5);
            const size = distances(image, point, channels)[norm];
            assert.ok(size <= least + (norm === 'l0' ? 0 : 1 / 255 + 1e-6), `${size} where ${least} is enough`);
          },
        ),
        { numRuns: 60 },
      );
      assert.ok(found > 15);
    });
  }

  it('hardly ever takes that gray level: on average within 1 % of the nearest, where that is 25 levels or more: l2', () => {
    const excesses: number[] = [];
    fc.assert(
      fc.property(
        three(level),
        three(slope),
        fc.double({ min: 0.1, max: 8, noNaN: true }),
        (levels, gradient, needed) => {
          const image = Float32Array.from(levels, valueAt);
          const least = leastNorm(image, gradient, needed, 'l2', 1);
          if (least < 25 / 255 || least === Infinity) return;
          const point = cheapestChange(image, image, Float32Array.from(gradient), needed, 'l2', 1);
          // Rounding may decide where all of the range is just enough.
          if (point === undefined) return;
          excesses.push(distances(image, point, 1).l2 / least - 1);
        },
      ),
      { numRuns: 60 },
    );
    assert.ok(excesses.length >= 5, `only ${excesses.length} are that far away`);
    const mean = excesses.reduce((sum, excess) => sum + excess, 0) / excesses.length;
    assert.ok(mean <= 0.01, `${(100 * mean).toFixed(2)} % on average`);
  });

  it('spends a perturbation that is fainter than a gray level on the values that gain most', () => {
    const image = new Float32Array(10_000).fill(valueAt(128));
    const gradient = Float32Array.from(image, (_, i) => i / 10_000);
    const point = cheapestChange(image, image, gradient, 0.5, 'l2', 1) ?? assert.fail();
    const changed = [...point.keys()].filter((i) => point[i] !== image[i]);
    assert.ok(changed.length > 100 && changed.length < 200);
    assert.ok(changed.every((i) => i >= 10_000 - changed.length));
    assert.ok(gainOf(gradient, image, point) >= 0.5 - 1e-6);
  });

  it('is none where the gradient is zero, not finite, or leads out of the range', () => {
    const image = Float32Array.of(valueAt(255), 0);
    for (const gradient of [
      [0, 0],
      [Number.NaN, Infinity],
      [1, -1],
    ]) {
      for (const norm of ['linf', 'l2', 'l1', 'l0'] as const) {
        assert.equal(cheapestChange(image, image, Float32Array.from(gradient), 0.1, norm, 1), undefined);
      }
    }
  });
});

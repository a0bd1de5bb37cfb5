import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isOnGrid, levelOf, valueAt } from '../../../src/data/grid.ts';
import { distances } from '../../../src/geometry/norms.ts';
import {
  budgetOnGrid,
  createProjection,
  levelsWithin,
  normsWithin,
  roundToGrid,
} from '../../../src/runner/projection.ts';
import { itPasses } from '../../support/checks.ts';
import { projectionChecks } from './projectionChecks.ts';

const everyLevel = Array.from({ length: 255 }, (_, k) => k + 1);
const gridNorms = ['linf', 'l2', 'l1', 'l0'] as const;
const norm = fc.constantFrom(...gridNorms);
const level = fc.nat({ max: 255 });
/** A pixel of an image, and where an attack put it. */
const pixel = fc.tuple(level, fc.float({ min: 0, max: 1, noNaN: true }));
const pairs = fc.array(pixel, { minLength: 1, maxLength: 40 }).map((list) => ({
  image: Float32Array.from(list, ([k]) => valueAt(k)),
  point: Float32Array.from(list, ([, value]) => value),
}));

describe('the projection', () => {
  itPasses(projectionChecks, createProjection);

  it('puts all pixels back in l0 but those that change most', () => {
    const image = Float32Array.of(0, 0, 0, 0, 0, 0);
    const project = createProjection(image, { norm: 'l0', epsilon: 1.5 }, false, 3);
    assert.deepEqual(project(Float32Array.of(0.5, 0, 0, 0.25, 0.5, 2)), Float32Array.of(0, 0, 0, 0.25, 0.5, 1));
  });
});

describe('gray levels within a budget', () => {
  it('are k for k/255, of any k', () => {
    assert.deepEqual(
      everyLevel.map((k) => levelsWithin(k / 255)),
      everyLevel,
    );
  });

  it('are cut to a whole number', () => {
    assert.equal(levelsWithin(8.99 / 255), 8);
    assert.equal(levelsWithin(0.03), 7);
    assert.equal(levelsWithin(0.9 / 255), 0);
  });

  it('are the budget on the grid in linf, and in linf only', () => {
    assert.deepEqual(budgetOnGrid({ norm: 'linf', epsilon: 0.03 }), { norm: 'linf', epsilon: 7 / 255 });
    assert.deepEqual(budgetOnGrid({ norm: 'l2', epsilon: 0.03 }), { norm: 'l2', epsilon: 0.03 });
  });
});

describe('points within a budget', () => {
  it('include all that the projection makes, however many values share a rounding error', () => {
    const flat = new Float32Array(64 * 64 * 3).fill(valueAt(200));
    fc.assert(
      fc.property(
        fc.constantFrom('l2', 'l1'),
        fc.double({ min: 1 / 255, max: 20, noNaN: true }),
        fc.boolean(),
        (norm, epsilon, up) => {
          const budget = { norm, epsilon } as const;
          const point = createProjection(flat, budget, false)(new Float32Array(flat.length).fill(up ? 2 : -1));
          assert.ok(normsWithin(flat, point, budget, 3));
        },
      ),
      { numRuns: 50 },
    );
  });

  it('are counted in pixels in l0', () => {
    const [image, point] = [new Float32Array(6), Float32Array.of(0.1, 0.2, 0.3, 0, 0, 0)];
    assert.ok(normsWithin(image, point, { norm: 'l0', epsilon: 1 }, 3));
    assert.ok(!normsWithin(image, point, { norm: 'l0', epsilon: 2 }, 1));
  });

  it('leave out what is one gray level too far, and what is no color', () => {
    const image = Float32Array.of(valueAt(100), valueAt(255));
    const budget = { norm: 'linf', epsilon: 8 / 255 } as const;
    assert.ok(normsWithin(image, Float32Array.of(valueAt(108), 1), budget, 1));
    assert.ok(!normsWithin(image, Float32Array.of(valueAt(109), 1), budget, 1));
    assert.ok(!normsWithin(image, Float32Array.of(valueAt(100), 1.01), budget, 1));
    assert.ok(!normsWithin(image, Float32Array.of(valueAt(100), Number.NaN), budget, 1));
  });
});

describe('rounding to the grid', () => {
  it('ends on the grid, no farther away than the point was', () => {
    fc.assert(
      fc.property(pairs, norm, ({ image, point }, within) => {
        const rounded = roundToGrid(image, point, within);
        assert.ok(isOnGrid(rounded));
        // Half a gray level either way is what the nearest level means; the budget, whole levels, holds it in.
        const epsilon = distances(image, point, 1)[within] + (within === 'linf' ? 0.5 / 255 : 0);
        assert.ok(normsWithin(image, rounded, { norm: within, epsilon }, 1));
      }),
      { numRuns: 300 },
    );
  });

  it('keeps what is on the grid, in every norm', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(level, level), { minLength: 1, maxLength: 200 }), norm, (list, within) => {
        const image = Float32Array.from(list, ([k]) => valueAt(k));
        const point = Float32Array.from(list, ([, k]) => valueAt(k));
        assert.deepEqual(roundToGrid(image, point, within), point);
        assert.deepEqual(roundToGrid(image, image, within), image);
      }),
      { numRuns: 200 },
    );
  });

  it('moves every value by less than a gray level, and toward the point', () => {
    fc.assert(
      fc.property(pairs, norm, ({ image, point }, within) => {
        const rounded = roundToGrid(image, point, within);
        for (const [i, value] of rounded.entries()) {
          const [from, to] = [image[i] as number, point[i] as number];
          assert.ok(Math.abs(value - to) < 1 / 255 + 1e-6);
          assert.ok((value - from) * (to - from) >= 0 || within === 'linf' || within === 'l0');
        }
      }),
    );
  });

  it('leaves both arguments alone', () => {
    const [image, point] = [Float32Array.of(0.2, 0.4), Float32Array.of(0.3, 0.9)];
    for (const within of gridNorms) roundToGrid(image, point, within);
    assert.deepEqual([image, point], [Float32Array.of(0.2, 0.4), Float32Array.of(0.3, 0.9)]);
  });

  it('spends a faint l2 perturbation on some pixels instead of losing it on all', () => {
    const image = new Float32Array(10_000).fill(valueAt(100));
    const faint = image.map((value, i) => value + (i % 2 === 0 ? 0.3 : -0.3) / 255);
    const rounded = roundToGrid(image, faint, 'l2');
    const steps = Array.from(rounded, (value) => Math.abs(levelOf(value) - 100));
    // 10 000 · 0.3² = 900 pixels can move a whole level.
    assert.equal(
      steps.reduce((sum, step) => sum + step, 0),
      900,
    );
    assert.equal(Math.max(...steps), 1);
  });

  it('raises the largest fractions first, while the norm lasts', () => {
    const image = new Float32Array(3).fill(valueAt(100));
    const point = Float32Array.of(100.5, 99.3, 100.6).map((k) => k / 255);
    // 0.25 + 0.49 + 0.36 = 1.1 squares pay for one level.
    assert.deepEqual(Array.from(roundToGrid(image, point, 'l2'), levelOf), [100, 99, 100]);
  });
});

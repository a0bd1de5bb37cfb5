import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isOnGrid, valueAt } from '../../../src/data/grid.ts';
import type { Budget } from '../../../src/geometry/budget.ts';
import { distances } from '../../../src/geometry/norms.ts';
import type { createProjection } from '../../../src/runner/projection.ts';
import type { Checks } from '../../support/checks.ts';

type MakeProjection = typeof createProjection;

const size = 6;
const values = (item: fc.Arbitrary<number>) =>
  fc.array(item, { minLength: size, maxLength: size }).map((list) => Float32Array.from(list));

const images = values(fc.nat({ max: 255 }).map(valueAt));
const points = values(fc.float({ min: -3, max: 4, noNaN: true }));
const epsilons = fc.double({ min: 1 / 255, max: 2, noNaN: true });
const budgets = fc.record({ norm: fc.constantFrom('linf' as const, 'l2' as const, 'l1' as const), epsilon: epsilons });

/** What holds for any image, point and budget. */
function always(
  assertion: (make: MakeProjection, image: Float32Array, point: Float32Array, budget: Budget) => void,
  budget: fc.Arbitrary<Budget> = budgets,
) {
  return (make: MakeProjection) =>
    fc.assert(
      fc.property(images, points, budget, (image, point, within) => assertion(make, image, point, within)),
      { numRuns: 200 },
    );
}

const near = 1e-6;

/**
 * The nearest point of {‖z − x‖₁ ≤ ε} ∩ [0, 1] by its conditions of optimality (KKT): z − x is the change with λ taken
 * off and cut to the range, for the λ at which the budget is just spent; λ is found by bisection, in float64.
 */
function nearestInL1(image: Float32Array, point: Float32Array, epsilon: number): Float64Array {
  const at = (lambda: number) =>
    Float64Array.from(image, (x, i) => {
      const change = (point[i] as number) - x;
      const shrunk = Math.sign(change) * Math.max(Math.abs(change) - lambda, 0);
      return Math.min(Math.max(x + shrunk, 0), 1);
    });
  const length = (z: Float64Array) => z.reduce((sum, value, i) => sum + Math.abs(value - (image[i] as number)), 0);
  if (length(at(0)) <= epsilon) return at(0);
  let [low, high] = [0, 8];
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (length(at(middle)) > epsilon) low = middle;
    else high = middle;
  }
  return at(high);
}

/**
 * The nearest point of {‖z − x‖₂ ≤ ε} ∩ [0, 1] by its conditions of optimality (KKT): the weighted mean of point and image
 * cut to the range, for the weight μ of the image at which the budget is just spent; by bisection on μ / (1 + μ).
 */
function nearestInL2(image: Float32Array, point: Float32Array, epsilon: number): Float64Array {
  const at = (weight: number) =>
    Float64Array.from(image, (x, i) => Math.min(Math.max(weight * x + (1 - weight) * (point[i] as number), 0), 1));
  const length = (z: Float64Array) => Math.hypot(...z.map((value, i) => value - (image[i] as number)));
  if (length(at(0)) <= epsilon) return at(0);
  let [low, high] = [0, 1];
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (length(at(middle)) > epsilon) low = middle;
    else high = middle;
  }
  return at(high);
}

/** What is known of the projection onto the budget. */
export const projectionChecks: Checks<MakeProjection> = {
  'ends within the budget': always((make, image, point, budget) => {
    const end = make(image, budget, false)(point);
    assert.ok(distances(image, end, 1)[budget.norm] <= budget.epsilon + near, 'outside of the budget');
  }),

  'ends within the range of pixels': always((make, image, point, budget) => {
    const end = make(image, budget, false)(point);
    assert.ok(
      end.every((value) => value >= 0 && value <= 1),
      'outside of the range',
    );
  }),

  'changes nothing the second time': always((make, image, point, budget) => {
    const project = make(image, budget, false);
    const once = project(point);
    const twice = project(once.slice());
    assert.ok(
      twice.every((value, i) => Math.abs(value - (once[i] as number)) < near),
      'moved again',
    );
  }),

  'leaves a point alone that is inside': always((make, image, point, budget) => {
    const inside = make(image, budget, false)(point);
    // Half of the way back is inside by more than rounding.
    const half = inside.map((value, i) => (value + (image[i] as number)) / 2);
    assert.deepEqual(make(image, budget, false)(half.slice()), half);
  }),

  'does not move the image that it is around': always((make, image, point, budget) => {
    const before = image.slice();
    make(image, budget, false)(point);
    assert.deepEqual(image, before);
  }),

  'linf: is the nearest point, to the last bit': always(
    (make, image, point, budget) => {
      const nearest = image.map((value, i) => {
        const [low, high] = [Math.fround(value - budget.epsilon), Math.fround(value + budget.epsilon)];
        return Math.min(Math.max(point[i] as number, low, 0), high, 1);
      });
      const end = make(image, budget, false)(point);
      // Adding makes both zeros one.
      assert.deepEqual(
        end.map((value) => value + 0),
        nearest.map((value) => value + 0),
      );
    },
    epsilons.map((epsilon) => ({ norm: 'linf' as const, epsilon })),
  ),

  'l2: goes straight to the image until the ball begins': (make) => {
    const image = Float32Array.of(0.5, 0.5, 0.5);
    const project = make(image, { norm: 'l2', epsilon: 0.25 }, false);
    // ‖(3, −4, 0) / 8‖ = 5/8, and 0.25 is 2/5 of it.
    const end = project(Float32Array.of(0.5 + 3 / 8, 0.5 - 4 / 8, 0.5));
    assert.deepEqual(end, Float32Array.of(0.5 + 3 / 20, 0.5 - 4 / 20, 0.5));
  },

  'l2: is the nearest point of ball and range together': always(
    (make, image, point, budget) => {
      const nearest = nearestInL2(image, point, budget.epsilon);
      const end = make(image, budget, false)(point);
      const error = Math.max(...end.map((value, i) => Math.abs(value - (nearest[i] as number))));
      assert.ok(error < 3e-7, `${error}`);
    },
    epsilons.map((epsilon) => ({ norm: 'l2' as const, epsilon })),
  ),

  'l1: is the nearest point of ball and range together': always(
    (make, image, point, budget) => {
      const nearest = nearestInL1(image, point, budget.epsilon);
      const end = make(image, budget, false)(point);
      const error = Math.max(...end.map((value, i) => Math.abs(value - (nearest[i] as number))));
      assert.ok(error < 2e-7, `${error}`);
    },
    epsilons.map((epsilon) => ({ norm: 'l1' as const, epsilon })),
  ),

  'l1: takes the same off every change, and drops the small ones': (make) => {
    const project = make(new Float32Array(4).fill(0.5), { norm: 'l1', epsilon: 0.5 }, false);
    // 13/16 is 5/16 too much. A quarter of that off each would be more than the 1/16, so three share 1/4: 1/12 each.
    const end = project(Float32Array.of(0.5 + 3 / 8, 0.5 - 2 / 8, 0.5 + 1 / 8, 0.5 - 1 / 16));
    const expected = [0.5 + 3 / 8 - 1 / 12, 0.5 - 2 / 8 + 1 / 12, 0.5 + 1 / 8 - 1 / 12, 0.5];
    assert.ok(
      end.every((value, i) => Math.abs(value - (expected[i] as number)) < near),
      `${end}`,
    );
  },

  'l1: leaves at the edge of the range what was carried far beyond it': (make) => {
    const project = make(Float32Array.of(0.75, 0.5, 0.5), { norm: 'l1', epsilon: 0.5 }, false);
    // 3 has room for 1/4 only, and stays there; of the 1/4 that is left, 3/8 and 2/8 share 3/16 and 1/16.
    const end = project(Float32Array.of(3, 0.5 + 3 / 8, 0.5 - 2 / 8));
    assert.deepEqual(end, Float32Array.of(1, 0.5 + 3 / 16, 0.5 - 1 / 16));
  },

  'on the grid: a budget of whole gray levels ends on gray levels, so many away': (make) =>
    fc.assert(
      fc.property(images, fc.integer({ min: 1, max: 64 }), fc.boolean(), (image, k, up) => {
        const project = make(image, { norm: 'linf', epsilon: k / 255 }, true);
        const end = project(image.map((value) => (up ? value + 1 : value - 1)));
        assert.ok(isOnGrid(end), 'off the grid');
        const expected = image.map((value) => {
          const level = Math.round(255 * value) + (up ? k : -k);
          return valueAt(Math.min(Math.max(level, 0), 255));
        });
        assert.deepEqual(end, expected);
      }),
      { numRuns: 100 },
    ),
};

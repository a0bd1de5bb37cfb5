import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../../src/attacks/attackDefinition.ts';
import { createGoal } from '../../../../../src/attacks/goal.ts';
import { distances, lengthOf } from '../../../../../src/geometry/norms.ts';
import { subtract } from '../../../../../src/geometry/vector.ts';
import type { Checks } from '../../../../support/checks.ts';
import { linearClassifier } from '../../../../support/linearClassifier.ts';
import { outcomesOf } from '../../../../support/runs.ts';
import { asked, bestBefore, scoresOnly } from '../searchScenes.ts';

const shape = { height: 20, width: 20, channels: 3 } as const;
const image = new Float32Array(1200).fill(0.5);
const epsilon = 0.125;

/** Where two points differ: the first row, and the numbers of rows and columns. */
function differenceOf(a: Float32Array, b: Float32Array) {
  const pixels = Array.from({ length: 400 }, (_, pixel) => pixel).filter((pixel) =>
    [0, 1, 2].some((channel) => a[3 * pixel + channel] !== b[3 * pixel + channel]),
  );
  const [rows, columns] = [pixels.map((pixel) => Math.floor(pixel / 20)), pixels.map((pixel) => pixel % 20)];
  const extent = (places: number[]) => (places.length === 0 ? 0 : Math.max(...places) - Math.min(...places) + 1);
  return { top: Math.min(...rows), height: extent(rows), width: extent(columns) };
}

/** Sides of squares after so many of 10,000 queries: √(0.8 · 400 / divisor), rounded (table in section 4.1). */
const sides = [
  [1, 18],
  [12, 13],
  [52, 9],
  [210, 6],
  [510, 4],
] as const;

const inLinf = (queries: number, parameters: object = {}) => ({
  shape,
  image,
  budget: { norm: 'linf', epsilon } as const,
  parameters: { queries, ...parameters },
});

export const squareChecks: Checks<AttackDefinition> = {
  'in linf has every value at an end of the budget, starting with stripes': async (square) => {
    const { points } = await asked(square, inLinf(40));
    assert.equal(points.length, 40);
    for (const point of points) assert.ok(point.every((value) => Math.abs(value - 0.5) === epsilon));
    const [first] = points as [Float32Array];
    for (let i = 60; i < 1200; i++) assert.equal(first[i], first[i - 60]);
    assert.ok(new Set(first.subarray(0, 60)).size === 2, 'all stripes are alike');
  },

  'in linf changes one square of the best point so far, in each channel to one end': async (square) => {
    const { points, worth } = await asked(square, inLinf(150));
    const before = bestBefore(points, worth);
    for (const [i, best] of before.entries()) {
      const next = points[i + 1] as Float32Array;
      const { height, width } = differenceOf(next, best);
      assert.ok(height <= 18 && width <= 18, `${height} × ${width}`);
    }
    const last = before.map((best, i) => differenceOf(points[i + 1] as Float32Array, best)).slice(120);
    assert.ok(
      last.every(({ height, width }) => height <= 4 && width <= 4),
      'squares do not become smaller',
    );
    assert.ok(
      last.some(({ top }) => top > 8 && top < Infinity),
      'squares are at the top alone',
    );
  },

  'has squares as large as the schedule says, spread over its queries or not': async (square) => {
    const largest = async (at: number, parameters: object, queries: number) => {
      // From here to a few queries on, the largest square that was changed.
      const { points, worth } = await asked(square, inLinf(queries, parameters));
      const before = bestBefore(points, worth);
      const some = before.slice(at - 1, at + 11).map((best, i) => differenceOf(points[at + i] as Float32Array, best));
      return [Math.max(...some.map(({ height }) => height)), Math.max(...some.map(({ width }) => width))];
    };
    for (const [at, side] of sides) {
      if (at > 210) continue;
      assert.deepEqual(await largest(at, { schedule: 'fixed' }, 260), [side, side], `after ${at} queries`);
    }
    // 52 of 1,000 is 520 of 10,000.
    assert.deepEqual(await largest(53, {}, 1000), [4, 4]);
  },

  'in l2 and l1 uses up the budget, moving it from window to window': async (square) => {
    for (const norm of ['l2', 'l1'] as const) {
      const budget = { norm, epsilon: norm === 'l2' ? 1 : 8 };
      const { points, worth } = await asked(square, { shape, image, budget, parameters: { queries: 120 } });
      for (const point of points) {
        const used = lengthOf(subtract(point, image), norm);
        assert.ok(Math.abs(used - budget.epsilon) < 1e-4, `${used} of ${budget.epsilon} in ${norm}`);
      }
      assert.ok(Math.max(...worth) > (worth[0] as number), 'nothing is gained');
    }
  },

  'in l2 finds what is known to be there, and stops at it': async (square) => {
    const small = { height: 6, width: 6, channels: 1 } as const;
    const w = Array.from({ length: 36 }, (_, i) => ((5 * i) % 7) - 3);
    const middle = new Float32Array(36).fill(0.5);
    const value = w.reduce((sum, weight) => sum + weight / 2, 0);
    for (const [norm, reach] of [
      ['l2', lengthOf(w, 'l2')],
      ['linf', lengthOf(w, 'l1')],
    ] as const) {
      const classifier = scoresOnly(linearClassifier([w.map(() => 0), w], [0, -value - 0.06 * reach], small, 8));
      const run = { classifier, budget: { norm, epsilon: 0.1 }, parameters: { queries: 3000 } };
      const [outcome] = await outcomesOf(square, run, [{ image: middle, goal: createGoal(0), seed: 1 }]);
      assert.equal(outcome?.best?.success, true, norm);
      assert.ok((outcome?.queries.points ?? 0) < 3000, 'it goes on');
    }
  },

  'with a target goes for that class': async (square) => {
    const small = { height: 2, width: 2, channels: 1 } as const;
    const rows = [
      [0, 0, 0, 0],
      [1, 1, 1, 1],
      [-1, -1, -1, -1],
    ];
    const classifier = scoresOnly(linearClassifier(rows, [0, -2.1, 1.7], small));
    const middle = new Float32Array(4).fill(0.5);
    const run = { classifier, budget: { norm: 'linf', epsilon: 0.125 } as const, parameters: { queries: 60 } };
    const [outcome] = await outcomesOf(square, run, [{ image: middle, goal: createGoal(0, 2), seed: 1 }]);
    assert.equal(outcome?.best?.decision, 2);
    assert.equal(distances(middle, outcome?.best?.point as Float32Array, 1).linf, 0.125);
  },
};

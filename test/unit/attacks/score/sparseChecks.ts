import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { createGoal } from '../../../../src/attacks/goal.ts';
import { isOnGrid } from '../../../../src/data/grid.ts';
import { distances } from '../../../../src/geometry/norms.ts';
import type { Checks } from '../../../support/checks.ts';
import { linearClassifier } from '../../../support/linearClassifier.ts';
import { outcomesOf } from '../../../support/runs.ts';
import { asked, bestBefore, scoresOnly } from './searchScenes.ts';

const shape = { height: 10, width: 8, channels: 3 } as const;
const image = new Float32Array(240).fill(0.5);
const budget = { norm: 'l0', epsilon: 20 } as const;

/** Class 1 where the red of one pixel is above, class 2 where it is below. */
function onePixelMatters(pixel: number) {
  const w = Array.from({ length: 240 }, (_, i) => (i === 3 * pixel ? 1 : 0));
  const rows = [w.map(() => 0), w, w.map((weight) => -weight)];
  return scoresOnly(linearClassifier(rows, [0, -0.9, 0.1], shape, 64));
}

/** What holds for attacks on a few pixels by scores alone. */
export const sparseChecks: Checks<AttackDefinition> = {
  'changes no more pixels than it may, and asks about no more points': async (attack) => {
    for (const epsilon of [1, 3, 80]) {
      const parameters = { queries: 130 };
      const { points } = await asked(attack, { shape, image, budget: { norm: 'l0', epsilon }, parameters });
      assert.equal(points.length, 130);
      for (const point of points) {
        assert.ok(distances(image, point, 3).l0 <= epsilon, 'too many pixels');
        assert.ok(isOnGrid(point.filter((value) => value !== 0.5)), 'it is off the grid');
      }
    }
  },

  'finds the one pixel that matters, for any class and for a target': async (attack) => {
    for (const target of [undefined, 1, 2]) {
      const run = { classifier: onePixelMatters(37), budget: { norm: 'l0', epsilon: 1 } as const };
      const parameters = { queries: 4000 };
      const subject = { image, goal: createGoal(0, target), seed: 1 };
      const [outcome] = await outcomesOf(attack, { ...run, parameters }, [subject]);
      assert.equal(outcome?.best?.success, true, `target ${target}`);
      assert.equal(outcome?.best?.norms.l0, 1);
      assert.ok((outcome?.queries.points ?? 0) < 4000, 'it goes on');
    }
  },
};

export const sparseRsChecks: Checks<AttackDefinition> = {
  'makes each value black or white, and gains by it': async (sparseRs) => {
    const { points, worth } = await asked(sparseRs, { shape, image, budget, parameters: { queries: 400 } });
    for (const point of points) {
      assert.ok(
        point.every((value) => value === 0 || value === 1 || value === 0.5),
        'a value is neither',
      );
      assert.equal(distances(image, point, 3).l0, 20);
    }
    // Of 20 pixels the best gain 20 · (5 + 4 + 3) / 2 or so; random ones nothing.
    assert.ok(Math.max(...worth) > (worth[0] as number) + 60, `${Math.max(...worth)} from ${worth[0]}`);
  },

  'exchanges as many pixels of the best choice so far as the schedule says': async (sparseRs) => {
    const { points, worth } = await asked(sparseRs, { shape, image, budget, parameters: { queries: 5000, part: 0.8 } });
    const before = bestBefore(points, worth);
    // Each pixel that is exchanged is a change twice: one is put back, another one changed.
    const most = (from: number, to: number) =>
      Math.max(
        ...before.slice(from - 1, to - 1).map((best, i) => distances(best, points[from + i] as Float32Array, 3).l0),
      );
    assert.ok(most(1, 25) > 8 && most(1, 25) <= 16, `${most(1, 25)} at first`);
    assert.equal(most(600, 900), 4);
    assert.equal(most(4100, 4900), 2);
  },
};

export const onePixelChecks: Checks<AttackDefinition> = {
  'starts with places all over the image, and with colors around the middle': async (onePixel) => {
    const parameters = { queries: 400, population: 400 };
    const { points } = await asked(onePixel, { shape, image, budget: { norm: 'l0', epsilon: 1 }, parameters });
    const changed = points.flatMap((point) => {
      const i = point.findIndex((value) => value !== 0.5);
      return i < 0 ? [] : [{ pixel: Math.floor(i / 3), values: [...point.slice(i - (i % 3), i - (i % 3) + 3)] }];
    });
    assert.ok(new Set(changed.map(({ pixel }) => pixel)).size > 70, 'some places are left out');
    const values = changed.flatMap((one) => one.values);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    assert.ok(Math.abs(mean - 0.5) < 0.05, `the mean is ${mean}`);
    // Of a normal distribution that wide about a third is cut off.
    const cut = values.filter((value) => value === 0 || value === 1).length / values.length;
    assert.ok(Math.abs(cut - 0.317) < 0.06, `${cut} are black or white`);
  },

  'gets better from generation to generation': async (onePixel) => {
    const parameters = { queries: 1500, population: 50 };
    // What a pixel is worth rises evenly to the lower right.
    const weightAt = (i: number) => Math.floor(i / 24) + (Math.floor(i / 3) % 8);
    const within = { norm: 'l0', epsilon: 1 } as const;
    const { worth } = await asked(onePixel, { shape, image, budget: within, parameters, weightAt });
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    const [first, last] = [mean(worth.slice(0, 50)), mean(worth.slice(-50))];
    // White in the last pixel gains 3 · 16 / 2.
    assert.ok(last > first + 12, `${last} from ${first}`);
    assert.ok(Math.max(...worth) >= Math.max(...worth.slice(0, 50)), 'the best are lost');
  },
};

import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { createGoal } from '../../../../src/attacks/goal.ts';
import { lengthOf } from '../../../../src/geometry/norms.ts';
import { subtract } from '../../../../src/geometry/vector.ts';
import type { Checks } from '../../../support/checks.ts';
import { linearClassifier } from '../../../support/linearClassifier.ts';
import { outcomesOf } from '../../../support/runs.ts';
import { asked, bestBefore, scoresOnly } from './searchScenes.ts';

const shape = { height: 8, width: 8, channels: 3 } as const;
const image = new Float32Array(192).fill(0.5);
const budget = { norm: 'l2', epsilon: Infinity } as const;
const near = (a: number, b: number) => Math.abs(a - b) < 1e-5;

export const simbaChecks: Checks<AttackDefinition> = {
  'takes one step of the best point so far at a time, along one value, each value once, and back where it did not help':
    async (simba) => {
      const { points, worth } = await asked(simba, { shape, image, budget, parameters: { queries: 500 } });
      assert.deepEqual(points[0], image);
      const before = bestBefore(points, worth);
      const moved = before.map((best, i) => {
        const change = subtract(points[i + 1] as Float32Array, best);
        const places = [...change.keys()].filter((place) => change[place] !== 0);
        assert.equal(places.length, 1);
        assert.ok(near(Math.abs(change[places[0] as number] as number), 0.2), 'a step has another length');
        return places[0] as number;
      });
      // One value after the other: twice where the first step did not help, and never again.
      const different = moved.filter((place, i) => place !== moved[i - 1]);
      assert.equal(new Set(different).size, different.length, 'a value comes back');
      for (let i = 1; i < moved.length; i++) {
        const helped = (worth[i] as number) > Math.max(...worth.slice(0, i));
        if (moved[i] === moved[i - 1]) assert.ok(!helped, 'it goes back from what helped');
      }
      // Every value with a weight is moved the way that helps.
      assert.equal(new Set(moved).size, 192);
    },

  'ends when all directions were tried, or with its queries': async (simba) => {
    const few = await asked(simba, { shape, image, budget, parameters: { queries: 41 } });
    assert.equal(few.points.length, 41);
    const all = await asked(simba, { shape, image, budget, parameters: { queries: 5000 } });
    assert.ok(all.points.length > 192 && all.points.length <= 385, `${all.points.length} queries`);
  },

  'steps along low frequencies where it is told to': async (simba) => {
    const large = { height: 16, width: 16, channels: 1 } as const;
    const gray = new Float32Array(256).fill(0.5);
    const parameters = { queries: 500, basis: 'frequencies', stepSize: 0.4 };
    const { points, worth } = await asked(simba, { shape: large, image: gray, budget, parameters });
    const before = bestBefore(points, worth);
    for (const [i, best] of before.entries()) {
      const change = subtract(points[i + 1] as Float32Array, best);
      assert.ok(Math.abs(lengthOf(change, 'l2') - 0.4) < 1e-4, 'a step has another length');
      // Of two waves along each side at most: neighbors are alike.
      for (let x = 1; x < 16; x++) assert.ok(Math.abs((change[x] as number) - (change[x - 1] as number)) < 0.02);
    }
    assert.ok(points.length <= 1 + 2 * 4, `${points.length} queries for 4 frequencies`);
  },

  'stops at the goal, or at the target': async (simba) => {
    const small = { height: 1, width: 3, channels: 1 } as const;
    const rows = [
      [0, 0, 0],
      [1, 1, 1],
      [-1, -1, -1],
    ];
    const classifier = scoresOnly(linearClassifier(rows, [0, -1.75, 1.15], small));
    const middle = Float32Array.of(0.5, 0.5, 0.5);
    for (const target of [1, 2]) {
      const subject = { image: middle, goal: createGoal(0, target), seed: 1 };
      const [outcome] = await outcomesOf(simba, { classifier, budget, stopAtSuccess: false }, [subject]);
      assert.equal(outcome?.best?.decision, target);
      assert.ok(near(outcome?.best?.norms.l2 as number, 0.2 * Math.sqrt(2)), `${outcome?.best?.norms.l2}`);
    }
  },
};

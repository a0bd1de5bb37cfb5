import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import type { Pixels } from '../../../../src/data/image.ts';
import type { Checks } from '../../../support/checks.ts';
import { type Aim, aim, clip, constantly, direction, imagesOf } from '../../../support/closedForms.ts';
import { conversation, pointsOf } from '../../../support/conversation.ts';
import { budgetInvariants } from '../../../support/invariants.ts';
import { nestingCheck } from './nestingCheck.ts';
import { restartChecks } from './restartChecks.ts';
import { steppingChecks, visits } from './steppingChecks.ts';

const runs = { numRuns: 30 };

/** Seven weights of different size and any sign, in any order. */
const weights = fc
  .tuple(
    fc.shuffledSubarray([2, 3, 4, 5, 6, 7, 8], { minLength: 7 }),
    fc.array(fc.constantFrom(-1, 1), { minLength: 7, maxLength: 7 }),
  )
  .map(([sizes, signs]) => sizes.map((size, i) => (size * (signs[i] as number)) / 16));

/** Croce & Hein's proposition 2.2 with paper and pencil: fill up the value with the largest weight, then the next. */
function filled(image: readonly number[], toward: readonly number[], length: number): number[] {
  const end = [...image];
  let left = length;
  const byWeight = [...toward.keys()].sort((a, b) => Math.abs(toward[b] as number) - Math.abs(toward[a] as number));
  for (const i of byWeight) {
    const wish = clip((image[i] as number) + left * Math.sign(toward[i] as number));
    left -= Math.abs(wish - (image[i] as number));
    end[i] = wish;
  }
  return end;
}

const away = (toward: Aim, w: readonly number[]) => w.map((weight) => (toward === 'targeted' ? weight : -weight));

function assertNear(actual: Pixels | undefined, expected: readonly number[], tolerance: number): void {
  assert.ok(actual, 'actual');
  const error = Math.max(...actual.map((value, i) => Math.abs(value - (expected[i] as number))));
  assert.ok(error <= tolerance, `${error}: ${actual} is not ${expected}`);
}

/** What is known of PGD: where it ends on a linear classifier from any start, and what it shares with all attacks. */
export const pgdChecks: Checks<AttackDefinition> = {
  ...steppingChecks({ restarts: 1 }),

  'follows the gradient where it is now: overshoots the bottom of a valley, and turns back': (attack) =>
    visits(attack, 5 / 16, 0.5, [0, 1 / 8, 2 / 8, 3 / 8, 2 / 8], { restarts: 1 }),

  'never leaves the budget on its way': (attack) =>
    visits(attack, 1, 3 / 16, [0, 1 / 8, 3 / 16, 3 / 16, 3 / 16], { restarts: 1 }),

  'linf: ends at clip(x + ε · sign(∇)) from any start': (attack) =>
    fc.assert(
      fc.asyncProperty(
        aim,
        fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 7, maxLength: 7 }),
        fc.double({ min: 1e-4, max: 1, noNaN: true }),
        async (toward, image, epsilon) => {
          const to = direction(toward, 'linf').map((d, i) => clip(Math.fround((image[i] as number) + epsilon * d)));
          const parameters = { steps: 12, stepSize: epsilon / 4, restarts: 4 };
          const talk = { ...constantly(toward, image), budget: { norm: 'linf', epsilon }, parameters } as const;
          for (const end of pointsOf(await conversation(attack, talk), 'propose')) assertNear(end, to, 0);
        },
      ),
      runs,
    ),

  'l2: ends at x + ε · ∇/‖∇‖₂ from any start': (attack) =>
    fc.assert(
      fc.asyncProperty(aim, imagesOf(1 / 128, 48, 80), fc.integer({ min: 1, max: 32 }), async (toward, image, k) => {
        const epsilon = k / 128;
        const to = direction(toward, 'l2').map((d, i) => (image[i] as number) + epsilon * d);
        const parameters = { steps: 80, stepSize: epsilon / 2, restarts: 4 };
        const talk = { ...constantly(toward, image), budget: { norm: 'l2', epsilon }, parameters } as const;
        for (const end of pointsOf(await conversation(attack, talk), 'propose')) assertNear(end, to, 1e-6);
      }),
      runs,
    ),

  'l1: ends with all of ε on the largest derivative, from any start': (attack) =>
    fc.assert(
      fc.asyncProperty(
        aim,
        weights,
        imagesOf(1 / 128, 48, 80),
        fc.integer({ min: 4, max: 32 }),
        async (to, w, image, k) => {
          const epsilon = k / 128;
          const parameters = { steps: 80, stepSize: epsilon / 4, restarts: 4 };
          const talk = { ...constantly(to, image, w), budget: { norm: 'l1', epsilon }, parameters } as const;
          const expected = filled(image, away(to, w), epsilon);
          for (const end of pointsOf(await conversation(attack, talk), 'propose')) assertNear(end, expected, 1e-6);
        },
      ),
      runs,
    ),

  'l1: fills the largest derivatives up to the edges of the range, one after the other': (attack) =>
    fc.assert(
      fc.asyncProperty(
        aim,
        weights,
        imagesOf(1 / 128, 0, 128),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 64 }),
        async (to, w, image, steps, k) => {
          const stepSize = k / 128;
          const parameters = { steps, stepSize, restarts: 1 };
          const budget = { norm: 'l1', epsilon: steps * stepSize } as const;
          const points = await conversation(attack, { ...constantly(to, image, w), budget, parameters });
          const way = [...pointsOf(points, 'pullback'), ...pointsOf(points, 'propose')];
          assert.equal(way.length, steps + 1);
          for (const [n, point] of way.entries()) assertNear(point, filled(image, away(to, w), n * stepSize), 1e-6);
        },
      ),
      runs,
    ),

  'l1: stays within a step of the best on the edges of ball and range': (attack) =>
    fc.assert(
      fc.asyncProperty(
        aim,
        weights,
        imagesOf(1 / 128, 0, 128),
        fc.integer({ min: 8, max: 384 }),
        async (to, w, image, k) => {
          const epsilon = k / 128;
          const parameters = { steps: 120, stepSize: epsilon / 20, restarts: 3 };
          const talk = { ...constantly(to, image, w), budget: { norm: 'l1', epsilon }, parameters } as const;
          const worth = (point: ArrayLike<number>) =>
            away(to, w).reduce((sum, weight, i) => sum + weight * (point[i] as number), 0);
          const best = worth(filled(image, away(to, w), epsilon));
          for (const end of pointsOf(await conversation(attack, talk), 'propose')) {
            assert.ok(worth(end) <= best + 1e-6, 'worth(end) <= best + 1e-6');
            assert.ok(worth(end) >= best - parameters.stepSize / 2, `${worth(end)} of ${best}`);
          }
        },
      ),
      runs,
    ),
  // Last, as they take longest: most mistakes are found before them.
  ...budgetInvariants,
  ...restartChecks,
  ...nestingCheck,
};

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { levels } from '../../../../src/data/grid.ts';
import type { Checks } from '../../../support/checks.ts';
import {
  aim,
  clip,
  direction,
  endsAt,
  endsAtLevels,
  imagesOf,
  levelsOf,
  quarters,
} from '../../../support/closedForms.ts';
import { budgetInvariants } from '../../../support/invariants.ts';

const runs = { numRuns: 30 };
const clipLevel = (level: number) => Math.min(Math.max(level, 0), levels);

/** What is known of FGSM: where it ends on a linear classifier, and what it shares with all attacks. */
export const fgsmChecks: Checks<AttackDefinition> = {
  'linf: ends at clip(x + ε · sign(∇)), for any image and any ε': (attack) =>
    fc.assert(
      fc.asyncProperty(
        aim,
        fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 7, maxLength: 7 }),
        fc.double({ min: 1e-4, max: 1, noNaN: true }),
        (toward, image, epsilon) => {
          const to = direction(toward, 'linf').map((d, i) => clip(Math.fround((image[i] as number) + epsilon * d)));
          return endsAt(attack, { budget: { norm: 'linf', epsilon } }, toward, image, to);
        },
      ),
      runs,
    ),

  'linf on the grid: ends ⌊255 ε⌋ gray levels away, exactly on them': (attack) =>
    fc.assert(
      fc.asyncProperty(
        aim,
        levelsOf(0, 255),
        fc.integer({ min: 1, max: 64 }),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (toward, image, whole, rest) => {
          const to = direction(toward, 'linf').map((d, i) => clipLevel((image[i] as number) + whole * d));
          return endsAtLevels(attack, { budget: { norm: 'linf', epsilon: (whole + rest) / 255 } }, toward, image, to);
        },
      ),
      runs,
    ),

  'l2: ends at clip(x + ε · ∇/‖∇‖₂)': (attack) =>
    fc.assert(
      fc.asyncProperty(aim, imagesOf(1 / 64, 0, 64), fc.integer({ min: 1, max: 64 }), (toward, image, k) => {
        const epsilon = k / 64;
        const to = direction(toward, 'l2').map((d, i) => clip((image[i] as number) + epsilon * d));
        return endsAt(attack, { budget: { norm: 'l2', epsilon } }, toward, image, to);
      }),
      runs,
    ),

  'l2 on the grid: ends whole gray levels away in proportion to the gradient, exactly on them': (attack) =>
    fc.assert(
      fc.asyncProperty(aim, levelsOf(80, 175), fc.integer({ min: 1, max: 40 }), (toward, image, k) => {
        const sign = toward === 'targeted' ? 1 : -1;
        const to = quarters.map((d, i) => (image[i] as number) + k * d * sign);
        return endsAtLevels(attack, { budget: { norm: 'l2', epsilon: (4 * k) / 255 } }, toward, image, to);
      }),
      runs,
    ),

  'has no parameters': (attack) => assert.deepEqual(attack.parameters, {}),
  // Last, as they take longest: most mistakes are found before them.
  ...budgetInvariants,
};

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { createGoal } from '../../../../src/attacks/goal.ts';
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
  sameBits,
} from '../../../support/closedForms.ts';
import { outcomesOf, recording } from '../../../support/runs.ts';
import { valley } from '../../../support/smoothClassifier.ts';

const runs = { numRuns: 30 };
const clipLevel = (level: number) => Math.min(Math.max(level, 0), levels);
const steps = fc.integer({ min: 1, max: 12 });

/** Where n steps of α from the image end on a linear classifier, whatever becomes of the attack's other parameters. */
export function steppingChecks(others: Readonly<Record<string, unknown>> = {}): Checks<AttackDefinition> {
  return {
    'linf: ends at clip(x + min(n α, ε) · sign(∇))': (attack) =>
      fc.assert(
        fc.asyncProperty(
          aim,
          imagesOf(1 / 128, 0, 128),
          fc.integer({ min: 1, max: 64 }),
          fc.integer({ min: 1, max: 16 }),
          steps,
          (toward, image, k, a, n) => {
            const length = Math.min((n * a) / 128, k / 64);
            const to = direction(toward, 'linf').map((d, i) => clip((image[i] as number) + length * d));
            const parameters = { ...others, steps: n, stepSize: a / 128 };
            return endsAt(attack, { budget: { norm: 'linf', epsilon: k / 64 }, parameters }, toward, image, to);
          },
        ),
        runs,
      ),

    'linf on the grid: ends min(n α, ε) gray levels away, exactly on them': (attack) =>
      fc.assert(
        fc.asyncProperty(
          aim,
          levelsOf(0, 255),
          fc.integer({ min: 1, max: 32 }),
          fc.integer({ min: 1, max: 4 }),
          steps,
          (toward, image, k, a, n) => {
            const to = direction(toward, 'linf').map((d, i) =>
              clipLevel((image[i] as number) + Math.min(n * a, k) * d),
            );
            const parameters = { ...others, steps: n, stepSize: `${a}/255` };
            return endsAtLevels(attack, { budget: { norm: 'linf', epsilon: k / 255 }, parameters }, toward, image, to);
          },
        ),
        runs,
      ),

    'l2: ends at x + min(n α, ε) · ∇/‖∇‖₂ away from the edges of the range': (attack) =>
      fc.assert(
        fc.asyncProperty(
          aim,
          imagesOf(1 / 128, 48, 80),
          fc.integer({ min: 1, max: 32 }),
          fc.integer({ min: 1, max: 8 }),
          steps,
          (toward, image, k, a, n) => {
            const length = Math.min((n * a) / 64, k / 64);
            const to = direction(toward, 'l2').map((d, i) => (image[i] as number) + length * d);
            const parameters = { ...others, steps: n, stepSize: a / 64 };
            return endsAt(attack, { budget: { norm: 'l2', epsilon: k / 64 }, parameters }, toward, image, to);
          },
        ),
        runs,
      ),

    'l2 on the grid: ends whole gray levels away in proportion to the gradient, exactly on them': (attack) =>
      fc.assert(
        fc.asyncProperty(
          aim,
          levelsOf(80, 175),
          fc.integer({ min: 1, max: 32 }),
          fc.integer({ min: 1, max: 4 }),
          steps,
          (toward, image, k, a, n) => {
            const length = Math.min(n * a, k) * (toward === 'targeted' ? 1 : -1);
            const to = quarters.map((d, i) => (image[i] as number) + length * d);
            const parameters = { ...others, steps: n, stepSize: (4 * a) / 255 };
            return endsAtLevels(
              attack,
              { budget: { norm: 'l2', epsilon: (4 * k) / 255 }, parameters },
              toward,
              image,
              to,
            );
          },
        ),
        runs,
      ),
  };
}

/** Asserts the way of four steps of 1/8 down a valley from 0: where gradients are asked for, and where it ends. */
export async function visits(
  attack: AttackDefinition,
  bottom: number,
  epsilon: number,
  expected: readonly number[],
  others: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const classifier = recording(valley(bottom));
  const parameters = { ...others, steps: 4, stepSize: 1 / 8 };
  const run = { classifier, budget: { norm: 'linf', epsilon }, parameters } as const;
  const [outcome] = await outcomesOf(attack, run, [{ image: Float32Array.of(0), goal: createGoal(0), seed: 1 }]);
  const asked = classifier.asked.map(([x]) => x as number);
  sameBits(Float32Array.from(asked), expected);
  assert.deepEqual(outcome?.queries, { points: 5, gradients: 4 });
}

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { completeParameters } from '../../../../src/parameters/complete.ts';
import type { Checks } from '../../../support/checks.ts';
import { aim, clip, constantly, direction, sameBits } from '../../../support/closedForms.ts';
import { conversation } from '../../../support/conversation.ts';
import { invariants } from '../../../support/invariants.ts';

/** What is known of the linear explanation: the points it asks about, and what it shares with all attacks. */
export const linearChecks: Checks<AttackDefinition> = {
  'asks for the logits at x + e · sign(∇), from −ε to ε in equal steps, all at once': (attack) =>
    fc.assert(
      fc.asyncProperty(
        aim,
        fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 7, maxLength: 7 }),
        fc.double({ min: 1e-3, max: 0.9, noNaN: true }),
        fc.integer({ min: 1, max: 31 }),
        async (toward, image, epsilon, half) => {
          const talk = { ...constantly(toward, image), budget: { norm: 'linf', epsilon } } as const;
          const count = 2 * half + 1;
          const exchanges = await conversation(attack, { ...talk, parameters: { points: count } });
          assert.equal(exchanges.length, 2);
          const [first, second] = exchanges.map(({ query }) => query);
          assert.deepEqual(first, { kind: 'pullback', points: [talk.image], functionals: [[talk.goal.loss]] });
          assert.equal(second?.kind, 'logits');
          const { points, at = [] } = second as { points: readonly Float32Array[]; at?: readonly number[] };
          assert.equal(points.length, count);
          assert.equal(at.length, count);
          assert.deepEqual([at[0], at[half], at[count - 1]], [-epsilon, 0, epsilon]);
          const sign = direction(toward, 'linf');
          for (const [k, e] of at.entries()) {
            assert.ok(
              Math.abs(e - (epsilon * (k - half)) / half) < 1e-12,
              'Math.abs(e - (epsilon * (k - half)) / half) < 1e-12',
            );
            sameBits(
              points[k],
              sign.map((s, i) => clip(Math.fround((talk.image[i] as number) + e * s))),
            );
          }
        },
      ),
      { numRuns: 60 },
    ),

  'asks about 41 points unless told otherwise': (attack) => {
    const parameters = completeParameters(attack, {}, 'quick', { norm: 'linf', epsilon: 0.1 });
    assert.deepEqual(parameters, { points: 41 });
    assert.equal(attack.cost(parameters, { classes: 3, input: { height: 1, width: 1, channels: 1 } }), 42);
  },

  // Last, since they take longest.
  ...invariants,
};

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { lead } from '../../../../src/attacks/goal.ts';
import type { Checks } from '../../../support/checks.ts';
import { aim, constantly, imagesOf } from '../../../support/closedForms.ts';
import { outcomesOf } from '../../../support/runs.ts';

const amount = fc.integer({ min: 1, max: 40 });

/** What must hold where the loss is linear, and in general need not. */
export const nestingCheck: Checks<AttackDefinition> = {
  'is never worse with a larger budget on a linear classifier': (attack) =>
    fc.assert(
      fc.asyncProperty(
        aim,
        imagesOf(1 / 128, 44, 84),
        fc.constantFrom(...attack.norms),
        amount,
        amount,
        async (toward, image, norm, k, more) => {
          const { classifier, ...subject } = { ...constantly(toward, image), seed: 1 };
          const leadAt = async (epsilon: number) => {
            const [outcome] = await outcomesOf(attack, { classifier, budget: { norm, epsilon } }, [subject]);
            return lead(subject.goal, outcome?.best?.logits ?? assert.fail());
          };
          const [small, large] = [await leadAt(k / 255), await leadAt((k + more) / 255)];
          // Logits are float32, of the size of 2000.
          assert.ok(large >= small - 2e-4, `${large} < ${small}`);
        },
      ),
      { numRuns: 30 },
    ),
};

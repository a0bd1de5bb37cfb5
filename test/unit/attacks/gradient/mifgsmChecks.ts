import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { createGoal } from '../../../../src/attacks/goal.ts';
import { createProjection } from '../../../../src/runner/projection.ts';
import type { Checks } from '../../../support/checks.ts';
import { conversation } from '../../../support/conversation.ts';
import { budgetInvariants } from '../../../support/invariants.ts';
import { scriptedClassifier } from '../../../support/scriptedClassifier.ts';
import { nestingCheck } from './nestingCheck.ts';
import { steppingChecks, visits } from './steppingChecks.ts';

const steps = 8;
const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

/** What is known of MI-FGSM: its equations, where it ends on a linear classifier, what it shares with all attacks. */
export const mifgsmChecks: Checks<AttackDefinition> = {
  ...steppingChecks({ decay: 1 }),

  'is I-FGSM without momentum: turns back behind the bottom of a valley': (attack) =>
    visits(attack, 5 / 16, 0.5, [0, 1 / 8, 2 / 8, 3 / 8, 2 / 8], { decay: 0 }),

  // g is 1, 2, 3, and 3 − 1 behind the bottom.
  'is carried on behind the bottom of a valley by what has accumulated': (attack) =>
    visits(attack, 5 / 16, 0.5, [0, 1 / 8, 2 / 8, 3 / 8, 4 / 8], { decay: 1 }),

  // g is 1, 1½, 1¾, and ⅞ − 1; gradients as long as they are would give 5, 5½, 3¾, and 1⅞ − 1.
  'takes gradients of any length alike': (attack) =>
    visits(attack, 5 / 16, 0.5, [0, 1 / 8, 2 / 8, 3 / 8, 2 / 8], { decay: 0.5 }),

  'never leaves the budget on its way': (attack) =>
    visits(attack, 1, 3 / 16, [0, 1 / 8, 3 / 16, 3 / 16, 3 / 16], { decay: 1 }),

  'follows equations 6 and 7 (in l2 section 3.3) whatever gradients it is answered': (attack) => {
    // Not doubles of any exponent, most of which are next to nothing beside each other.
    const derivative = fc.integer({ min: -300, max: 300 }).map((k) => k / 100);
    const gradients = fc.array(fc.oneof(fc.tuple(derivative, derivative), fc.constant([0, 0])), {
      minLength: steps,
      maxLength: steps,
    });
    return fc.assert(
      fc.asyncProperty(
        gradients,
        fc.constantFrom(...attack.norms),
        fc.integer({ min: 0, max: 150 }).map((k) => k / 100),
        async (list, norm, decay) => {
          const image = Float32Array.of(0.5, 0.3);
          const budget = { norm, epsilon: 0.25 };
          const stepSize = 0.05;
          const classifier = scriptedClassifier(
            list.map(() => 0),
            list,
          );
          const talk = { classifier, image, goal: createGoal(0), budget, parameters: { steps, stepSize, decay } };
          const points = (await conversation(attack, talk)).map(({ query }) => query.points[0] as Float32Array);
          const project = createProjection(image, budget, false);
          let g = [0, 0];
          for (const [t, gradient] of list.entries()) {
            const l1 = sum(gradient.map(Math.fround).map(Math.abs));
            g = g.map((old, i) => decay * old + (l1 === 0 ? 0 : Math.fround(gradient[i] as number) / l1));
            // A sum that cancels out has the sign of its rounding error.
            if (g.some((value) => value !== 0 && Math.abs(value) < 1e-9)) return;
            const l2 = Math.sqrt(sum(g.map((value) => value * value))) || 1;
            const step = g.map((value) => (norm === 'linf' ? Math.sign(value) : value / l2));
            const x = points[t] as Float32Array;
            const expected = project(x.map((value, i) => value + stepSize * (step[i] as number)));
            assert.ok(
              expected.every((value, i) => Math.abs(value - (points[t + 1]?.[i] as number)) < 1e-6),
              'expected.every((value, i) => Math.abs(value - (points[t + 1]?.[i] as number)) < 1e-6)',
            );
          }
        },
      ),
      { numRuns: 100 },
    );
  },
  // Last, as they take longest: most mistakes are found before them.
  ...budgetInvariants,
  ...nestingCheck,
};

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../src/attacks/catalog.ts';
import { createGoal, isReached } from '../../../../src/attacks/goal.ts';
import { type Functional, logitDifference } from '../../../../src/models/functional.ts';
import type { Checks } from '../../../support/checks.ts';
import { conversation } from '../../../support/conversation.ts';
import { budgetInvariants } from '../../../support/invariants.ts';
import { linearClassifier } from '../../../support/linearClassifier.ts';
import { outcomesOf } from '../../../support/runs.ts';
import { restartChecks } from './restartChecks.ts';

const shape = { height: 1, width: 3, channels: 1 } as const;

/** Functionals that an attack ascends on five classes, one after the other; class 0 is the prediction everywhere. */
async function lossesOf(attack: AttackDefinition, parameters: object, target?: number): Promise<Functional[]> {
  const weights = Array.from({ length: 5 }, (_, k) => [0.01 * k, 0.01, 0]);
  // Likeliest first: 2, 4, 1, 3.
  const classifier = linearClassifier(weights, [100, 10, 50, 5, 40], shape);
  const budget = { norm: 'linf', epsilon: 0.1 } as const;
  const talk = { classifier, image: Float32Array.of(0.5, 0.5, 0.5), goal: createGoal(0, target), budget };
  const asked = await conversation(attack, { ...talk, parameters: { steps: 1, ...parameters } });
  return asked.flatMap(({ query }) => (query.kind === 'pullback' ? (query.functionals[0] as Functional[]) : []));
}

const toward = (classes: readonly number[]) => classes.map((other) => logitDifference(other, 0, 5));

/** Restarts as those of PGD, where there is one other class. */
const oneClass =
  (check: (attack: AttackDefinition) => void | Promise<void>) =>
  ({ run, ...attack }: AttackDefinition) =>
    check({ ...attack, run: (attempt) => run({ ...attempt, parameters: { ...attempt.parameters, classes: 1 } }) });

/** What is known of multi-targeted PGD: its losses, that no linear model withstands it, what it shares with all attacks. */
export const mtpgdChecks: Checks<AttackDefinition> = {
  ...Object.fromEntries(Object.entries(restartChecks).map(([name, check]) => [name, oneClass(check)])),

  'raises the difference of logits for the likeliest other classes in turn, at every start': async (attack) => {
    assert.deepEqual(await lossesOf(attack, {}), toward([2, 4, 1, 3]));
    assert.deepEqual(await lossesOf(attack, { classes: 2 }), toward([2, 4]));
    assert.deepEqual(await lossesOf(attack, { classes: 3, restarts: 2 }), toward([2, 4, 1, 2, 4, 1]));
  },

  'raises the lead of a target': async (attack) => {
    assert.deepEqual(await lossesOf(attack, {}, 3), [createGoal(0, 3).margin]);
  },

  'asks what PGD asks, but for the loss': async (attack) => {
    const pgd = catalog.get('pgd') as AttackDefinition;
    // Of two classes cross-entropy has the direction of the difference.
    const classifier = linearClassifier(
      [
        [0.5, -0.25, 1],
        [-1, 0.5, 0.75],
      ],
      [9, 0],
      shape,
    );
    for (const norm of attack.norms) {
      const budget = { norm, epsilon: 0.25 };
      const talk = { classifier, image: Float32Array.of(0.5, 0.25, 0.75), goal: createGoal(0), budget };
      const parameters = { steps: 7, restarts: 3 };
      const points = async (one: AttackDefinition) =>
        (await conversation(one, { ...talk, parameters })).map(({ query }) => query.points);
      const [[first], ...rest] = (await points(attack)) as [Float32Array[], ...Float32Array[][]];
      assert.deepEqual(first, talk.image);
      for (const [i, [expected]] of (await points(pgd)).entries()) {
        const [point] = rest[i] as [Float32Array];
        const error = Math.max(...point.map((value, j) => Math.abs(value - (expected?.[j] as number))));
        assert.ok(error < 1e-6, `point ${i} is ${error} off in ${norm}`);
      }
    }
  },

  'linf: finds an adversarial example of a linear classifier wherever there is one': (attack) =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: -8, max: 8 }), { minLength: 3, maxLength: 3 }), {
          minLength: 4,
          maxLength: 4,
        }),
        fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 4, maxLength: 4 }),
        async (weights, biases) => {
          const image = Float32Array.of(0.5, 0.5, 0.5);
          const epsilon = 0.25;
          const classifier = linearClassifier(weights, biases, shape);
          const [clean] = await classifier.logits([image]);
          const goal = createGoal((clean as Float32Array).indexOf(Math.max(...(clean as Float32Array))));
          // The corner of the budget where each other class is farthest ahead of the label.
          const corners = weights.map((row) =>
            image.map(
              (value, i) => value + epsilon * Math.sign((row[i] as number) - (weights[goal.label]?.[i] as number)),
            ),
          );
          const exists = (await classifier.logits(corners)).some((row) => isReached(goal, row));
          const run = { classifier, budget: { norm: 'linf', epsilon }, stopAtSuccess: true } as const;
          const [outcome] = await outcomesOf(attack, run, [{ image, goal, seed: 1 }]);
          assert.equal(outcome?.best?.success, exists);
        },
      ),
      { numRuns: 100 },
    ),
  // Last, as they take longest: most mistakes are found before them.
  ...budgetInvariants,
};

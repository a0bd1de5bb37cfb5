import assert from 'node:assert/strict';
import { type Dialogue, decision, logits, logitsOf, propose } from '../../../src/attacks/dialogue.ts';
import { createGoal } from '../../../src/attacks/goal.ts';
import type { Outcome } from '../../../src/runner/conversation.ts';
import type { outcomesOf } from '../../../src/runner/runAttack.ts';
import type { Ask } from '../../../src/runner/victim.ts';
import { victimOf } from '../../../src/runner/victim.ts';
import type { Checks } from '../../support/checks.ts';
import { linearClassifier } from '../../support/linearClassifier.ts';
import { optionsOf } from '../../support/runs.ts';
import { toyAttack } from '../../support/toyAttack.ts';

type Run = typeof outcomesOf;

/** Class 1 wins above 1/2. */
const classifier = linearClassifier([[0], [1]], [0.5, 0], { height: 1, width: 1, channels: 1 }, 4);
const image = Float32Array.of(0.25);
const at = (value: number) => Float32Array.of(value);

/** What an attack by scores comes to, and all that the model was asked. */
async function asking(
  run: Run,
  dialogue: () => Dialogue,
  { queries, epsilon = 1, quantize = false }: { queries?: number; epsilon?: number; quantize?: boolean } = {},
): Promise<{ outcome: Outcome; asked: number[] }> {
  const asked: number[] = [];
  const victim = victimOf(classifier);
  const definition = { ...toyAttack('score-based', dialogue), fixedBudget: epsilon < Infinity };
  const budget = { norm: 'linf', epsilon } as const;
  const options = optionsOf(definition, { classifier, budget, quantize, stopAtSuccess: false });
  const [outcome] = await run(
    {
      ...options,
      attack: {
        ...options.attack,
        choice: { ...options.attack.choice, ...(queries !== undefined && { queries }) },
      },
      victim: {
        ...victim,
        answer(asks: readonly Ask[]) {
          asked.push(...asks.map(({ point }) => point[0] as number));
          return victim.answer(asks);
        },
      },
    },
    [{ image, goal: createGoal(0), seed: 1 }],
  );
  return { outcome: outcome as Outcome, asked };
}

/** What holds for the questions of attacks that have nothing else. */
export const queriesChecks: Checks<Run> = {
  'are asked once, whether one by one or together': async (run) => {
    const seen: (number | undefined)[] = [];
    const { outcome, asked } = await asking(run, function* () {
      for (const value of [0.375, 0.75, 0.375]) seen.push((yield* logits(at(value)))[1]);
      const rows = yield* logitsOf([0.75, 0.125, 0.125, 0.875].map(at));
      seen.push(...rows.map(([, score]) => score));
      seen.push(yield* decision(at(0.875)));
    });
    assert.deepEqual(asked, [0.375, 0.75, 0.125, 0.875]);
    assert.deepEqual(seen, [0.375, 0.75, 0.375, 0.75, 0.125, 0.125, 0.875, 1]);
    assert.equal(outcome.queries.points, 4);
    assert.equal(outcome.best?.success, true);
  },

  'are not asked about what is proposed, if that is known': async (run) => {
    const { outcome, asked } = await asking(run, function* () {
      yield* logits(at(0.625));
      yield* propose(at(0.625));
      yield* propose(image);
    });
    assert.deepEqual(asked, [0.625, 0.25]);
    assert.deepEqual(outcome.best?.point, at(0.625));
  },

  'are no more than the test allows': async (run) => {
    const { outcome, asked } = await asking(
      run,
      function* () {
        for (let value = 0.25; value < 1; value += 0.0625) yield* logits(at(value));
      },
      { queries: 7 },
    );
    assert.equal(asked.length, 7);
    assert.equal(outcome.best?.success, true);
  },

  'are kept for the grid where that is looked at last': async (run) => {
    for (const [queries, ofAttack] of [
      [3, 1],
      [40, 27],
    ] as const) {
      let own = 0;
      const { outcome, asked } = await asking(
        run,
        function* () {
          for (let value = 0.99; ; value *= 0.999) {
            yield* logits(at(value));
            own++;
          }
        },
        { queries, epsilon: Infinity, quantize: true },
      );
      assert.equal(own, ofAttack);
      assert.ok(asked.length <= queries, `${asked.length} queries`);
      assert.equal(outcome.best?.success, true, 'nothing is found on the grid');
    }
  },

  'are counted until something is found, and until what is nearer': async (run) => {
    const { outcome } = await asking(
      run,
      function* () {
        for (const value of [0.3, 0.4, 0.35, 1, 0.75, 0.8, 0.625]) yield* logits(at(value));
      },
      { epsilon: Infinity },
    );
    // At the fourth, the fifth and the seventh; counts are rounded up to 1, 2, 3, 5 or 7.
    assert.deepEqual(
      [...outcome.nearest],
      [
        [5, 0.5],
        [7, 0.375],
      ],
    );
  },
};

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createGoal } from '../../../src/attacks/goal.ts';
import { type Functional, logitDifference } from '../../../src/models/functional.ts';
import { averagedVictim } from '../../../src/runner/averagedVictim.ts';
import { type Ask, victimOf } from '../../../src/runner/victim.ts';
import { linearClassifier } from '../../support/linearClassifier.ts';

const shape = { height: 1, width: 2, channels: 1 } as const;
const goal = createGoal(0);

const weight = fc.integer({ min: -8, max: 8 }).map((k) => k / 4);
const model = fc.record({
  weights: fc.array(fc.tuple(weight, weight), { minLength: 4, maxLength: 4 }),
  biases: fc.array(weight, { minLength: 4, maxLength: 4 }),
});

/** One of each kind, of logits that have no ties. */
const functionals: readonly Functional[] = [
  goal.loss,
  goal.margin,
  { kind: 'dlr', label: 0 },
  { kind: 'targetedDlr', label: 0, target: 1, scale: -1 },
  { kind: 'probabilityDistance', target: 2, norm: 'l2' },
  logitDifference(1, 0, 4),
];

describe('the mean of several models', () => {
  it('is the model whose logits are their mean: in its labels, logits, values, and gradients', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(model, { minLength: 1, maxLength: 3 }),
        fc.array(fc.tuple(fc.double({ min: 0, max: 1 }), fc.double({ min: 0, max: 1 })), {
          minLength: 1,
          maxLength: 4,
        }),
        async (models, points) => {
          const mean = (of: (one: (typeof models)[number]) => number) =>
            models.reduce((sum, one) => sum + of(one), 0) / models.length;
          const [first] = models as [(typeof models)[number]];
          const whole = victimOf(
            linearClassifier(
              first.weights.map((row, k) => row.map((_, i) => mean(({ weights }) => weights[k]?.[i] as number))),
              first.biases.map((_, k) => mean(({ biases }) => biases[k] as number)),
              shape,
            ),
          );
          const [one, ...others] = models.map(({ weights, biases }) =>
            victimOf(linearClassifier(weights, biases, shape)),
          );
          const averaged = averagedVictim([one as typeof whole, ...others]);
          const images = points.map((point) => Float32Array.from(point));
          const asks: Ask[] = images.flatMap((point) => [
            { point, goal },
            { point, goal, functionals },
          ]);
          const [found, expected] = [await averaged.answer(asks), await whole.answer(asks)];
          for (const [i, answer] of found.entries()) {
            const other = expected[i] as typeof answer;
            const rows = [other.logits as Float32Array].map((row) => [...row].sort((a, b) => a - b));
            // At a tie, rounding decides.
            fc.pre(rows.every((row) => row.every((value, k) => k === 0 || value - (row[k - 1] as number) > 1e-3)));
            assert.equal(answer.decision, other.decision);
            const numbers = ({ logits, values = [], gradients = [] }: typeof answer) => [
              ...(logits ?? []),
              ...values,
              ...gradients.flatMap((gradient) => [...gradient]),
            ];
            const [own, its] = [numbers(answer), numbers(other)];
            assert.equal(own.length, its.length);
            const off = Math.max(
              ...own.map((value, k) => Math.abs(value - (its[k] as number)) / (1 + Math.abs(value))),
            );
            assert.ok(off < 1e-4, `off by ${off}`);
          }
          assert.deepEqual(
            (await averaged.judge(images)).map(({ decision }) => decision),
            found.filter(({ gradients }) => gradients === undefined).map(({ decision }) => decision),
          );
        },
      ),
      { numRuns: 60 },
    ));

  it('has no activations, since those of different models mean different things', async () => {
    const own = victimOf(
      linearClassifier(
        [
          [1, 0],
          [0, 1],
        ],
        [0, 0],
        shape,
      ),
    );
    const functional = { kind: 'weights', output: 'hidden', weights: Float32Array.of(1) } as const;
    const asks = [{ point: Float32Array.of(0, 1), goal, functionals: [functional] }];
    await assert.rejects(averagedVictim([own, own]).answer(asks), /several models have no common "hidden"/);
  });
});

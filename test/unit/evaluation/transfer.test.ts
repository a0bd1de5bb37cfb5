import assert from 'node:assert/strict';
import { evaluate } from '../../../src/evaluation/evaluate.ts';
import type { Example } from '../../../src/evaluation/example.ts';
import { conclude } from '../../../src/evaluation/verdict.ts';
import type { DifferentiableClassifier } from '../../../src/models/classifier.ts';
import { describeOutcome } from '../../../src/reports/outcome.ts';
import { describeTransfer } from '../../../src/reports/transfer.ts';
import { type Victim, victimOf } from '../../../src/runner/victim.ts';
import { linearClassifier } from '../../support/linearClassifier.ts';
import { imageOf, type PlanChoice, planOf } from '../../support/plans.ts';
import { recording } from '../../support/runs.ts';

const shape = { height: 1, width: 1, channels: 1 } as const;
const source = { name: 'mine', path: '/nowhere/mine/model.json' };
const surrogates = [source] as const;

/** Class 1 wins above a level. */
const above = (level: number) => recording(linearClassifier([[0], [1]], [level, 0], shape));

interface Sides {
  readonly surrogate: DifferentiableClassifier;
  readonly model?: Victim;
  readonly withGradients?: boolean;
}

async function evaluated(
  given: PlanChoice,
  pixels: readonly number[],
  { surrogate, model = victimOf(above(0.5)), withGradients = false }: Sides,
) {
  const examples: Example[] = [];
  const plan = planOf({ surrogates, attack: 'pgd', audit: false, ...given });
  const crafting = { victims: [victimOf(surrogate)] } as const;
  const rounds = await evaluate(plan, {
    judge: model,
    opponents: withGradients ? [crafting, { victims: [model] }] : [crafting],
    images: pixels.map((pixel, i) => imageOf([pixel], pixel > 0.5 ? 1 : 0, `${i}.png`)),
    onExample: (example) => {
      examples.push(example);
    },
  });
  examples.sort((a, b) => a.index - b.index);
  return { plan, rounds, examples, statuses: examples.map(({ status }) => status) };
}

describe('evaluating a test by transfer', () => {
  it('crafts on the surrogate alone, and asks the model about each image before and after, on the grid and off it', async () => {
    const [model, surrogate] = [above(0.5), above(0.375)];
    const { statuses, examples, rounds } = await evaluated({}, [0.3, 0.1, 0.9], { surrogate, model: victimOf(model) });
    assert.deepEqual(statuses, ['fooled', 'held', 'held']);
    assert.equal(model.asked.length, 3 + 2 * 3);
    assert.deepEqual(
      examples.map(({ queries }) => queries),
      examples.map(() => ({ points: 2, gradients: 0 })),
    );
    const { queries, transfer, fooledOffGrid } = rounds[0] ?? assert.fail();
    assert.deepEqual(queries, { points: 6, gradients: 0 });
    // Two restarts of twenty steps, and what each proposes.
    assert.deepEqual(transfer?.queries, { points: 3 * 42, gradients: 3 * 40 });
    assert.deepEqual(transfer?.surrogate, { right: 3, of: 3 });
    assert.equal(transfer?.whiteBox, undefined);
    assert.equal(fooledOffGrid, undefined);
  });

  it('goes on where the surrogate is fooled already', async () => {
    // The surrogate changes its mind after a step, and the model at the end of the budget.
    const { statuses, rounds } = await evaluated({}, [0.26], { surrogate: above(0.27) });
    assert.deepEqual(statuses, ['fooled']);
    assert.equal(rounds[0]?.transfer?.fooledSurrogate, 1);
  });

  it('counts what fools the surrogate and not the model as held', async () => {
    const { statuses, rounds } = await evaluated({}, [0.2], { surrogate: above(0.21) });
    assert.deepEqual(statuses, ['held']);
    assert.equal(rounds[0]?.transfer?.fooledSurrogate, 1);
    assert.equal(rounds[0]?.metrics.robustAccuracy, 1);
  });

  it('takes attacks without a budget at their word: nearest to the surrogate, infinite where the model holds', async () => {
    const nearest = { attack: 'deepfool', norm: 'l2' } as const;
    const { rounds, statuses } = await evaluated(nearest, [0.3, 0.3], { surrogate: above(0.6) });
    assert.deepEqual(statuses, ['fooled', 'fooled']);
    const distance = rounds[0]?.metrics.medianDistance ?? NaN;
    assert.ok(Math.abs(distance - 0.3 * 1.02) < 1e-3, `${distance}`);
    const held = await evaluated(nearest, [0.3], { surrogate: above(0.4) });
    assert.equal(held.rounds[0]?.metrics.medianDistance, Infinity);
  });

  it('has the white-box result beside it, which is never weaker', async () => {
    const { plan, rounds } = await evaluated({ expect: { robustAccuracy: [0.5] } }, [0.3, 0.26, 0.1, 0.1], {
      // It is wrong about the direction.
      surrogate: recording(linearClassifier([[1], [0]], [1, 0], shape)),
      withGradients: true,
    });
    const [round] = rounds;
    assert.equal(round?.metrics.counts.fooled, 0);
    assert.equal(round?.transfer?.whiteBox?.attack, 'pgd');
    assert.equal(round?.transfer?.whiteBox?.metrics.counts.fooled, 2);
    const { comparisons, status } = conclude(plan, rounds, 2);
    assert.equal(status, 'passed');
    assert.equal(
      describeOutcome(comparisons, rounds, 'linf', 'attack', { surrogates }),
      'robust accuracy at L∞ 0.25 by transfer from "mine" is 100.0% (white-box PGD: 50.0%), expected at least 50.0%',
    );
    assert.deepEqual(describeTransfer({ rounds, surrogates, attack: { norm: 'linf' } as never }), [
      'of 4 images at L∞ 0.25, 0 fool the surrogate mine, and 0 the model; with the model’s gradients, PGD fools 2',
    ]);
  });

  it('says that a model without gradients has no white-box result', async () => {
    const { rounds } = await evaluated({}, [0.3], { surrogate: above(0.4) });
    assert.deepEqual(describeTransfer({ rounds, surrogates, attack: { norm: 'linf' } as never }), [
      'of 1 image at L∞ 0.25, 1 fool the surrogate mine, and 1 the model; the model gives no gradients for a white-box attack',
    ]);
  });

  it('leaves images undecided on which the surrogate has no gradient to follow', async () => {
    const { statuses } = await evaluated({}, [0.3], { surrogate: linearClassifier([[0], [0]], [1, 0], shape) });
    assert.deepEqual(statuses, ['undecided']);
  });

  it('cannot be judged by a surrogate that guesses', async () => {
    const pixels = [0.1, 0.1, 0.1, 0.1, 0.1, 0.9, 0.9, 0.9, 0.9, 0.9];
    const { plan, rounds } = await evaluated({ expect: { robustAccuracy: [0.5] } }, pixels, { surrogate: above(0.05) });
    const { status, objection } = conclude(plan, rounds, 2);
    assert.equal(status, 'errored');
    assert.match(
      objection ?? '',
      /^The surrogate is not clearly better than guessing: it classifies 5 of the 10 attacked/,
    );
  });
});

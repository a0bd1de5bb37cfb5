import assert from 'node:assert/strict';
import { createGoal } from '../../../src/attacks/goal.ts';
import { signNoise } from '../../../src/audit/signNoise.ts';
import { transfer } from '../../../src/audit/transfer.ts';
import { createTrial } from '../../../src/audit/trial.ts';
import type { AttackedRound } from '../../../src/evaluation/evaluate.ts';
import type { TestPlan } from '../../../src/evaluation/plan.ts';
import { definitionOf } from '../../../src/runner/configuredAttack.ts';
import { victimOf } from '../../../src/runner/victim.ts';
import { imagesOf, ordinary, roundOf } from '../../support/auditTrial.ts';
import { linearClassifier } from '../../support/linearClassifier.ts';
import { planOf } from '../../support/plans.ts';
import { rejectsWith, throwsWith } from '../../support/rejectsWith.ts';

const pgd = planOf({ attack: 'pgd' });
const shape = { height: 1, width: 4, channels: 1 } as const;

/** Class 1 where the sum of four pixels is above 3. */
const sum = linearClassifier(
  [
    [0, 0, 0, 0],
    [1, 1, 1, 1],
  ],
  [3, 0],
  shape,
);

function trialOf(plan: TestPlan, count: number, rounds: readonly AttackedRound[], labels = 3) {
  const subjects = imagesOf(count, 4).map((image, seed) => ({ image, seed, goal: createGoal(seed % labels) }));
  return createTrial(plan, { conditions: { victim: victimOf(ordinary) }, subjects, rounds });
}

describe('what an audit looks at', () => {
  const seedsOf = (plan: TestPlan, count: number) => trialOf(plan, count, []).subjects.map(({ seed }) => seed);

  it('is all images where they are few, and sixteen of many', () => {
    assert.deepEqual(seedsOf(pgd, 5), [0, 1, 2, 3, 4]);
    assert.equal(new Set(seedsOf(pgd, 100)).size, 16);
  });

  it('is drawn by the seed of the test', () => {
    assert.deepEqual(seedsOf(pgd, 100), seedsOf(pgd, 100));
    assert.notDeepEqual(seedsOf(pgd, 100), seedsOf({ ...pgd, seed: 2 }, 100));
  });

  it('has every class', () => {
    const labels = new Set(trialOf(pgd, 100, [], 10).subjects.map(({ goal }) => goal.label));
    assert.equal(labels.size, 10);
  });
});

describe('the result that an audit doubts', () => {
  const seeds = (subjects: readonly { readonly seed: number }[]) => subjects.map(({ seed }) => seed);

  it('is that at the largest budget at which so many images held that they would tell', () => {
    const rounds = [roundOf(0.3, 3, 4), roundOf(0.1, 0, 4), roundOf(0.2, 2, 4)];
    const { result, rounds: sorted } = trialOf(pgd, 4, rounds);
    assert.deepEqual(result.budget, { norm: 'linf', epsilon: 0.2 });
    assert.deepEqual(
      [seeds(result.held), seeds(result.fooled)],
      [
        [2, 3],
        [0, 1],
      ],
    );
    assert.deepEqual(
      sorted.map(({ epsilon }) => epsilon),
      [0.1, 0.2, 0.3],
    );
  });

  it('is that at the largest budget at which any held where so many held at none', () => {
    const { result } = trialOf(pgd, 4, [roundOf(0.1, 3, 4), roundOf(0.2, 3, 4), roundOf(0.3, 4, 4)]);
    assert.equal(result.budget?.epsilon, 0.2);
  });

  it('is that at the largest budget where none held at any', () => {
    const { result } = trialOf(pgd, 4, [roundOf(0.3, 4, 4), roundOf(0.1, 4, 4)]);
    assert.equal(result.budget?.epsilon, 0.3);
    assert.deepEqual(result.held, []);
  });

  it('goes with the images of the sample', () => {
    const distances = Array.from({ length: 100 }, (_, i) => (i % 2 ? 0.1 : Infinity));
    const { result, subjects } = trialOf(pgd, 100, [{ ...roundOf(0.1, 0, 0), distances }]);
    assert.ok(result.held.every(({ seed }) => seed % 2 === 0));
    assert.ok(result.fooled.every(({ seed }) => seed % 2 === 1));
    assert.equal(result.held.length + result.fooled.length, subjects.length);
    assert.deepEqual(
      result.distances,
      subjects.map(({ seed }) => distances[seed]),
    );
  });

  describe('of an attack that minimizes the norm', () => {
    const cw = planOf({ attack: 'cw', norm: 'l2', epsilons: [] });
    const resultOf = (...distances: number[]) =>
      trialOf(cw, distances.length, [{ ...roundOf(undefined, 0, 0), distances }]).result;

    it('is nine tenths of the median distance', () => {
      const { budget, held, fooled } = resultOf(0.2, 0.4, 0.1, 0.3, Infinity);
      assert.deepEqual(budget, { norm: 'l2', epsilon: 0.9 * 0.3 });
      assert.deepEqual(
        [seeds(held), seeds(fooled)],
        [
          [1, 3, 4],
          [0, 2],
        ],
      );
    });

    it('is half of the smallest distance of a few images, which are a matter of luck', () => {
      const { budget, held } = resultOf(0.2, 0.4);
      assert.deepEqual(budget, { norm: 'l2', epsilon: 0.5 * 0.2 });
      assert.deepEqual(seeds(held), [0, 1]);
      assert.equal(resultOf(0.4).budget?.epsilon, 0.5 * 0.4);
      assert.equal(resultOf(0.4, 0.1, 0.3, 0.2).budget?.epsilon, 0.9 * 0.3);
    });

    it('goes by the largest distance where most images held', () => {
      assert.equal(resultOf(Infinity, 0.2, Infinity, 0.1, Infinity).budget?.epsilon, 0.9 * 0.2);
    });

    it('has no budget where all of them held', () => {
      const { budget, held } = resultOf(Infinity, Infinity);
      assert.equal(budget, undefined);
      assert.equal(held.length, 2);
    });
  });

  it('is none of an attack that does not exist', () => {
    throwsWith(() => trialOf(planOf({ attack: 'none' }), 1, []), 'There is no attack "none"');
  });
});

describe('an attack on the images of an audit', () => {
  it('has the parameters that it is given, and those of the test’s preset', async () => {
    const subjects = imagesOf(3, 4, [0, 0.5]).map((image, seed) => ({ image, seed, goal: createGoal(0) }));
    const conditions = { victim: victimOf(sum) };
    const trial = createTrial(pgd, { conditions, subjects, rounds: [] });
    const outcomes = await trial.run(definitionOf('pgd'), { steps: 3 }, { norm: 'linf', epsilon: 0.01 }, subjects);
    // Two starting points by default, each with its last point.
    for (const { queries } of outcomes) assert.deepEqual(queries, { points: 8, gradients: 6 });
    const paper = createTrial(planOf({ attack: 'pgd', preset: 'paper' }), { conditions, subjects, rounds: [] });
    const [thorough] = await paper.run(definitionOf('pgd'), { steps: 3 }, { norm: 'linf', epsilon: 0.01 }, subjects);
    assert.equal(thorough?.queries.gradients, 60);
  });

  it('ends at its first success, unless it looks for the nearest', async () => {
    const subjects = [{ image: Float32Array.of(0.7, 0.7, 0.8, 0.75), seed: 1, goal: createGoal(0) }];
    const trial = createTrial(pgd, { conditions: { victim: victimOf(sum) }, subjects, rounds: [] });
    const pointsOf = async (attack: string, epsilon: number) => {
      const [outcome] = await trial.run(definitionOf(attack), { steps: 20 }, { norm: 'linf', epsilon }, subjects);
      assert.ok(outcome?.best?.success);
      return outcome.queries.points;
    };
    assert.ok((await pointsOf('pgd', 0.2)) < 10);
    assert.ok((await pointsOf('fmn', Infinity)) >= 20);
  });

  it('ends when it is cancelled', async () => {
    const subjects = imagesOf(3, 4).map((image, seed) => ({ image, seed, goal: createGoal(0) }));
    const signal = AbortSignal.abort(new Error('enough'));
    const trial = createTrial(pgd, { conditions: { victim: victimOf(sum), signal }, subjects, rounds: [] });
    await assert.rejects(trial.run(definitionOf('pgd'), {}, { norm: 'linf', epsilon: 0.1 }, subjects), /enough/);
  });

  it('says so where the model answers with no numbers', async () => {
    const subjects = imagesOf(1, 4).map((image, seed) => ({ image, seed, goal: createGoal(0) }));
    const broken = { ...sum, logits: async () => [Float32Array.of(Number.NaN, 0)] };
    const trial = createTrial(pgd, { conditions: { victim: victimOf(broken) }, subjects, rounds: [] });
    await rejectsWith(trial.run(signNoise(10), {}, { norm: 'linf', epsilon: 0.1 }, subjects), 'NaN');
  });
});

describe('random signs', () => {
  const image = Float32Array.of(0.5, 0.5, 0.5, 0.25);
  const record = true;

  async function pointsOf(norm: 'linf' | 'l2' | 'l1', epsilon: number, quantize = false) {
    const seen: Float32Array[] = [];
    const watched = {
      ...sum,
      async logits(images: readonly Float32Array[]) {
        seen.push(...images);
        return sum.logits(images);
      },
    };
    const subject = { image: quantize ? image.map((x) => Math.round(255 * x) / 255) : image, seed: 3, record };
    const conditions = { victim: victimOf(watched) };
    const trial = createTrial(planOf({ attack: 'pgd', quantize }), { conditions, subjects: [], rounds: [] });
    await trial.run(signNoise(20), {}, { norm, epsilon }, [{ ...subject, goal: createGoal(0) }]);
    return seen;
  }

  it('are corners of the budget, as many as there are draws', async () => {
    const points = await pointsOf('linf', 0.125);
    assert.equal(points.length, 20);
    for (const point of points)
      for (const [i, x] of image.entries()) assert.equal(Math.abs((point[i] ?? 0) - x), 0.125);
    // Twenty of sixteen corners: most of them, and each sign of each pixel.
    assert.ok(new Set(points.map(String)).size > 8);
  });

  it('change every value alike in l2 and l1', async () => {
    for (const point of await pointsOf('l2', 0.25)) {
      for (const [i, x] of image.entries()) assert.ok(Math.abs(Math.abs((point[i] ?? 0) - x) - 0.125) < 1e-6);
    }
    for (const point of await pointsOf('l1', 0.5)) {
      for (const [i, x] of image.entries()) assert.ok(Math.abs(Math.abs((point[i] ?? 0) - x) - 0.125) < 1e-6);
    }
  });

  it('stay in the range of pixels', async () => {
    for (const point of await pointsOf('linf', 0.75)) assert.ok(point.every((value) => value >= 0 && value <= 1));
  });
});

describe('the transfer of examples', () => {
  it('succeeds where the point of an image does', async () => {
    const images = [Float32Array.of(0.6, 0.6, 0.6, 0.6), Float32Array.of(0.7, 0.7, 0.7, 0.7), new Float32Array(4)];
    const points = new Map(images.slice(0, 2).map((image) => [image, image.map((value) => value + 0.1)]));
    const trial = createTrial(pgd, { conditions: { victim: victimOf(sum) }, subjects: [], rounds: [] });
    const subjects = images.map((image, seed) => ({ image, seed, goal: createGoal(0) }));
    const outcomes = await trial.run(transfer(points), {}, { norm: 'linf', epsilon: 0.125 }, subjects);
    assert.deepEqual(
      outcomes.map(({ best, queries }) => [best?.success, queries.points]),
      [
        [false, 1],
        [true, 1],
        [undefined, 0],
      ],
    );
  });
});

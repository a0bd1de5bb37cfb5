import assert from 'node:assert/strict';
import type { StoredImage } from '../../../src/data/storedImage.ts';
import { evaluate } from '../../../src/evaluation/evaluate.ts';
import type { TestPlan } from '../../../src/evaluation/plan.ts';
import type { Round } from '../../../src/evaluation/round.ts';
import { conclude } from '../../../src/evaluation/verdict.ts';
import type { DifferentiableClassifier } from '../../../src/models/classifier.ts';
import { describeOutcome } from '../../../src/reports/outcome.ts';
import { victimOf } from '../../../src/runner/victim.ts';
import { linearClassifier } from '../../support/linearClassifier.ts';
import { imageOf, planOf } from '../../support/plans.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';

const linear = linearClassifier([[0], [1]], [0.5, 0], { height: 1, width: 1, channels: 1 });

/** The linear classifier, but for what it says of gradients at some images. */
function withGradients(change: (x: number, gradient: number) => number): DifferentiableClassifier {
  return {
    ...linear,
    async pullback(images, functionals) {
      const answer = await linear.pullback(images, functionals);
      const gradients = answer.gradients.map((list, i) =>
        list.map((gradient) => gradient.map((value) => change(images[i]?.[0] as number, value))),
      );
      return { ...answer, gradients };
    },
  };
}

const images = [0, 0.125, 0.25, 0.375].map((x) => imageOf([x], 0));
const run = (classifier: DifferentiableClassifier, plan: TestPlan = planOf()) => evaluated(plan, classifier, images);

function evaluated(plan: TestPlan, classifier: DifferentiableClassifier, some: readonly StoredImage[]) {
  const judge = victimOf(classifier);
  return evaluate(plan, { judge, opponents: [{ victims: [judge] }], images: some, onExample: () => {} });
}

describe('an evaluation that proves nothing', () => {
  it('has no eligible image, and says why', async () => {
    const all = [imageOf([0.75], 0), imageOf([0.25], 1), imageOf([0.75], 1)];
    await rejectsWith(
      evaluated(planOf({ target: 'class 1' }), linear, all),
      'No image is eligible: of 3, the model gets 2 wrong before any attack, and 1 have the target as their label',
    );
    await rejectsWith(evaluated(planOf(), linear, all.slice(0, 2)), 'the model gets 2 wrong');
  });

  for (const attack of ['fgsm', 'ifgsm']) {
    const expecting = (robustAccuracy: number) => planOf({ attack, expect: { robustAccuracy: [robustAccuracy] } });

    for (const [what, change, warning] of [
      ['no gradient anywhere', () => 0, /zero on 4 and not finite on 0 of 4 .*proves nothing about the model/],
      ['gradients that are not a number', () => NaN, /zero on 0 and not finite on 4 of 4/],
      ['gradients that are infinite', () => Infinity, /zero on 0 and not finite on 4 of 4/],
      ['neither', (x: number) => (x < 0.2 ? 0 : NaN), /zero on 2 and not finite on 2 of 4/],
    ] as const) {
      it(`has ${what}: ${attack}`, async () => {
        const rounds = await run(withGradients(change), expecting(0.5));
        assert.match(rounds[0]?.warnings[0] ?? '', warning);
        assert.equal(rounds[0]?.metrics.counts.undecided, 4);
        const { status, comparisons } = conclude(expecting(0.5), rounds, 2);
        assert.equal(status, 'errored');
        assert.match(
          describeOutcome(comparisons, rounds, 'linf'),
          /^robust accuracy at L∞ 0\.25 is between 0\.0% and 100\.0% \(4 of 4 eligible images undecided\), expected at least 50\.0%\. .*another loss, without gradients/,
        );
        assert.equal(conclude(planOf({ attack }), rounds, 2).status, 'errored', 'nothing was expected');
      });
    }
  }
});

describe('an evaluation by scores', () => {
  /** The linear classifier, but for a score of 1 for the predicted class and 0 for the other. */
  const decided: DifferentiableClassifier = {
    ...linear,
    async logits(some) {
      const rows = await linear.logits(some);
      return rows.map(([a = 0, b = 0]) => Float32Array.of(a >= b ? 1 : 0, a >= b ? 0 : 1));
    },
  };

  for (const attack of ['square', 'simba', 'spsa']) {
    it(`proves nothing where scores are the same wherever the class is: ${attack}`, async () => {
      const plan = planOf({ attack, epsilons: [0.25], queries: 40, expect: { robustAccuracy: [0.5] } });
      const far = [0, 0.0625, 0.125].map((x) => imageOf([x], 0));
      const [round, ...others] = await evaluated(plan, decided, far);
      assert.equal(round?.metrics.counts.undecided, 3);
      assert.match(round?.warnings[0] ?? '', /same at every point that was tried on 3 of 3 .*predictions alone/);
      assert.equal(conclude(plan, [round as Round, ...others], 2).status, 'errored');
      const [plain] = await evaluated(plan, linear, far);
      assert.equal(plain?.metrics.counts.undecided ?? 0, 0);
    });
  }
});

describe('an evaluation that proves something in part', () => {
  it('warns of the images where the gradient is zero, which are undecided', async () => {
    const [round] = await run(withGradients((x, gradient) => (x === 0.125 ? 0 : gradient)));
    assert.equal(round?.warnings.length, 1);
    assert.deepEqual([round?.metrics.counts.undecided, round?.metrics.counts.held], [1, 2]);
    assert.match(round?.warnings[0] ?? '', /zero on 1 and not finite on 0 of 4 eligible images \(25%\)/);
    assert.equal(round?.metrics.counts.eligible, 4);
  });

  it('warns of the images where the gradient is no number', async () => {
    const [round] = await run(withGradients((x, gradient) => (x > 0.2 ? Number.NaN : gradient)));
    assert.match(round?.warnings[0] ?? '', /zero on 0 and not finite on 2 of 4 eligible images \(50%\)/);
  });

  it('does not warn of a gradient that is zero at some steps only', async () => {
    const [round] = await run(
      withGradients((x, gradient) => (x > 0.4 ? 0 : gradient)),
      planOf({ attack: 'ifgsm', parameters: { steps: 4, stepSize: 0.0625 } }),
    );
    assert.deepEqual(round?.warnings, []);
  });
});

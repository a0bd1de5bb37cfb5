import assert from 'node:assert/strict';
import type { StoredImage } from '../../../src/data/storedImage.ts';
import type { Attacker } from '../../../src/defenses/guard/attacker.ts';
import { GuardedVictim } from '../../../src/defenses/guard/guardedVictim.ts';
import { type Attacked, evaluate } from '../../../src/evaluation/evaluate.ts';
import type { Example } from '../../../src/evaluation/example.ts';
import { victimOf } from '../../../src/runner/victim.ts';
import { linearDetector } from '../../support/linearDetector.ts';
import { imageOf, type PlanChoice, planOf } from '../../support/plans.ts';
import { twoPixelClassifier } from '../../support/twoPixelClassifier.ts';

/** Class 1 where the first pixel is above 1/2. */
const classifier = twoPixelClassifier;
/** Rejects where the second pixel is below the first, less a quarter. */
const guarded = new GuardedVictim(classifier, linearDetector([1, -1]), { threshold: 0.25, scale: 1 });
const unaware = { attacker: 'unaware', victims: [victimOf(classifier)] } as const;
const adaptive = { attacker: 'adaptive', victims: [guarded] } as const;

const detector = { name: 'detector', path: '/nowhere/detector' };

async function evaluated(plan: PlanChoice & { attacker?: Attacker }, images: readonly StoredImage[]) {
  const examples: Example[] = [];
  let others = 0;
  let attacked: Attacked | undefined;
  const rounds = await evaluate(planOf({ attack: 'ifgsm', detector, ...plan }), {
    judge: guarded,
    opponents: plan.attacker === 'unaware' ? [unaware, adaptive] : [adaptive, unaware],
    images,
    onExample: (example) => void examples.push(example),
    onOther: () => void others++,
    onAttacked(all) {
      attacked = all;
    },
  });
  const ordered = examples.sort((a, b) => a.index - b.index);
  return { round: rounds[0] ?? assert.fail(), examples: ordered, others, attacked: attacked ?? assert.fail() };
}

const images = [
  // Either attacker gets over: nothing is near to rejection.
  imageOf([0.4, 0.9], 0),
  // The way over leads into rejection, unless the second pixel is raised, too.
  imageOf([0.4, 0.2], 0),
  // Neither gets there.
  imageOf([0.1, 0.9], 0),
  // Wrong from the start; right, and yet rejected.
  imageOf([0.9, 0.9], 0),
  imageOf([0.3, 0], 0),
];

describe('a test of a model with a detector', () => {
  it('takes what is misclassified and accepted for a success, and only that', async () => {
    const { examples, round } = await evaluated({ attacker: 'unaware' }, images);
    assert.deepEqual(
      examples.map(({ status }) => status),
      ['fooled', 'held', 'held', 'wrong', 'rejected'],
    );
    const { metrics, detection } = round;
    assert.deepEqual(metrics.counts, {
      total: 5,
      wrong: 1,
      rejected: 1,
      ineligible: 0,
      eligible: 3,
      fooled: 1,
      held: 2,
    });
    assert.equal(metrics.cleanAccuracy, 3 / 5);
    assert.equal(metrics.robustAccuracy, 2 / 5);
    assert.equal(metrics.successRate, 1 / 3);
    assert.equal(detection?.caught, 1);
  });

  it('finds more when the attacker knows of the detector', async () => {
    const { examples, round } = await evaluated({ attacker: 'adaptive' }, images);
    assert.deepEqual(
      examples.map(({ status }) => status),
      ['fooled', 'fooled', 'held', 'wrong', 'rejected'],
    );
    for (const { adversarial, status } of examples) {
      if (status !== 'fooled') continue;
      assert.equal(adversarial?.prediction.class, 'class 1');
      assert.equal(adversarial.prediction.rejected, false);
    }
    assert.equal(round.detection?.caught, 0);
  });

  it('states both attackers, whichever it is about', async () => {
    const unaware = await evaluated({ attacker: 'unaware' }, images);
    const adaptive = await evaluated({ attacker: 'adaptive' }, images);
    assert.equal(unaware.round.detection?.other.attacker, 'adaptive');
    assert.deepEqual(unaware.round.detection?.other.metrics, adaptive.round.metrics);
    assert.equal(adaptive.round.detection?.other.attacker, 'unaware');
    assert.deepEqual(adaptive.round.detection?.other.metrics, unaware.round.metrics);
    assert.equal(unaware.others, images.length);
  });

  it('hands on how many images each attacker fools, and what the first one asked', async () => {
    for (const attacker of ['unaware', 'adaptive'] as const) {
      const { attacked, round } = await evaluated({ attacker }, images);
      const [own] = attacked.rounds;
      assert.deepEqual(own?.fooledBy, { adaptive: 2, unaware: 1 }, attacker);
      assert.deepEqual(own.queries, round.queries, attacker);
      assert.equal(own.distances.length, 3);
    }
  });

  it('tells scores of images that the model gets right from those of examples that it gets wrong', async () => {
    const { round, examples } = await evaluated({ attacker: 'unaware' }, images);
    const { separation } = round.detection ?? assert.fail();
    assert.ok(separation, 'there is a curve');
    const clean = [0, 1, 2, 4].map((i) => examples[i]?.clean.score as number);
    const adversarial = [0, 1].map((i) => examples[i]?.adversarial?.prediction.score as number);
    const wins = adversarial.flatMap((a) => clean.map((c): number => (a > c ? 1 : a === c ? 0.5 : 0)));
    assert.equal(separation.auroc, wins.reduce((sum, win) => sum + win, 0) / wins.length);
  });

  it('judges what is rounded to the grid with the detector, too', async () => {
    const { examples } = await evaluated({ attacker: 'unaware' }, images);
    assert.deepEqual(
      examples.slice(0, 2).map(({ onGrid }) => [onGrid?.success, onGrid?.prediction.rejected]),
      [
        [true, false],
        [false, true],
      ],
    );
  });

  it('says what keeps every image from being eligible', async () => {
    await assert.rejects(
      evaluated({ attacker: 'adaptive' }, images.slice(3)),
      /of 2, the model gets 1 wrong before any attack, its detector rejects 1, and 0 have the target/,
    );
  });
});

import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../src/attacks/catalog.ts';
import { decision } from '../../../src/attacks/dialogue.ts';
import { createGoal } from '../../../src/attacks/goal.ts';
import { audit } from '../../../src/audit/audit.ts';
import { exampleOf, foundAs } from '../../../src/evaluation/example.ts';
import type { Candidate } from '../../../src/runner/candidate.ts';
import { outcomesOf } from '../../../src/runner/runAttack.ts';
import { type Ask, judgeAll, type Victim, victimOf } from '../../../src/runner/victim.ts';
import { linearClassifier } from '../../support/linearClassifier.ts';
import { imageOf, planOf } from '../../support/plans.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { optionsOf } from '../../support/runs.ts';
import { toyAttack } from '../../support/toyAttack.ts';

const shape = { height: 1, width: 1, channels: 1 } as const;
/** Class 1 wins above 1/2. */
const classifier = linearClassifier([[0], [1]], [0.5, 0], shape, 4);
const budget = { norm: 'linf', epsilon: 0.5 } as const;
const subject = { image: Float32Array.of(0.25), goal: createGoal(0), seed: 1 };

/** The same model behind a service that gives labels only. */
function labelsOnly(own: Partial<Victim> = {}): Victim {
  const { input, classes, batchSize, judge } = victimOf(classifier);
  const labels = async (points: readonly Float32Array[]) => (await judge(points)).map(({ decision }) => ({ decision }));
  return {
    ...{ input, classes, batchSize, access: 'labels' },
    judge: labels,
    answer: (asks) => labels(asks.map(({ point }) => point)),
    ...own,
  };
}

/** Goes up in steps of 1/16 until the label changes. */
const climbing = toyAttack('decision-based', function* ({ image }) {
  for (let step = 1; step <= 8; step++) {
    if ((yield* decision(image.map((value) => value + step / 16))) === 1) return;
  }
});

const run = (victim: Victim, definition: AttackDefinition = climbing, record = false) => {
  const options = optionsOf(definition, { classifier, budget, stopAtSuccess: false });
  return outcomesOf({ ...options, victim }, [{ ...subject, record }]);
};

describe('a model as a victim', () => {
  it('answers asks of both kinds in their order', async () => {
    const { loss } = subject.goal;
    const at = (value: number, own: Partial<Ask> = {}) => ({ ...subject, point: Float32Array.of(value), ...own });
    const asks = [at(0.25, { functionals: [loss] }), at(0.75), at(1, { functionals: [loss] }), at(0)];
    const answers = await victimOf(classifier).answer(asks);
    assert.deepEqual(
      answers.map(({ decision, gradients }) => [decision, gradients?.length]),
      [
        [0, 1],
        [1, undefined],
        [1, 1],
        [0, undefined],
      ],
    );
  });

  it('says the most that it answers, and why it is no more', () => {
    assert.equal(victimOf(classifier).access, 'gradients');
    const { pullback: _, ...opaque } = classifier;
    const { access, obstacle } = victimOf({ ...opaque, obstacle: 'its file says so' });
    assert.deepEqual([access, obstacle], ['scores', 'its file says so']);
  });

  it('judges images in batches of its size', async () => {
    const images = Array.from({ length: 9 }, (_, i) => Float32Array.of(i / 8));
    const before = classifier.batches.length;
    const judgments = await judgeAll(victimOf(classifier), images, (image) => image);
    assert.deepEqual(classifier.batches.slice(before), [4, 4, 1]);
    assert.deepEqual(
      judgments.map(({ decision }) => decision),
      [0, 0, 0, 0, 0, 1, 1, 1, 1],
    );
  });
});

describe('a victim that gives labels only', () => {
  it('falls to an attack that needs no more', async () => {
    const [outcome] = await run(labelsOnly(), climbing, true);
    assert.deepEqual(outcome?.best?.point, Float32Array.of(0.5625));
    assert.equal(outcome?.best?.success, true);
    assert.equal(outcome?.best?.logits, undefined);
    assert.deepEqual(outcome?.queries, { points: 5, gradients: 0 });
    assert.deepEqual(outcome?.steps, undefined);
  });

  it('refuses attacks that need more, by what they need', async () => {
    const scores = toyAttack('score-based', function* () {});
    await rejectsWith(run(labelsOnly(), scores), 'Toy needs the scores of all classes, and this model gives none');
    await rejectsWith(run(labelsOnly(), catalog.get('fgsm')), 'FGSM needs gradients, and this model gives none');
  });

  it('is reported with its classes and without confidences', async () => {
    const victim = labelsOnly();
    const [clean] = await victim.judge([subject.image]);
    const [outcome] = await run(victim);
    const adversarial = foundAs(outcome?.best as Candidate, victim);
    const image = imageOf(subject.image, 0);
    const example = exampleOf(
      { index: 0, image, goal: subject.goal, clean: clean ?? assert.fail(), seed: 1 },
      'fooled',
      victim,
      { adversarial, queries: { points: 5, gradients: 0 } },
    );
    assert.deepEqual([example.clean, example.adversarial?.prediction], [{ class: 'class 0' }, { class: 'class 1' }]);
  });

  it('is audited by the checks that labels are enough for', async () => {
    const images = Array.from({ length: 16 }, () => ({ ...subject, load: async () => subject.image }));
    const rounds = [{ epsilon: 0.3, distances: images.map(() => Infinity), queries: { points: 0, gradients: 0 } }];
    const plan = planOf({ epsilons: [0.3] });
    const { findings, notChecked } = await audit(plan, {
      conditions: { victim: labelsOnly() },
      subjects: images,
      rounds,
    });
    // 0.3 is enough for every image, so an attack that found nothing is doubtful.
    assert.deepEqual(
      findings.map(({ check }) => check),
      ['black-box-stronger'],
    );
    const reasons = new Map(notChecked.map(({ check, reason }) => [check, reason]));
    assert.equal(reasons.get('softmax-output'), 'the model gives labels only');
    for (const check of ['zero-gradients', 'unbounded-attack-fails', 'single-step-beats-iterative'])
      assert.equal(reasons.get(check), 'the model gives no gradients', check);
  });
});

describe('a victim that limits its queries', () => {
  it('ends an attack that would ask more, and keeps what was found', async () => {
    const [short] = await run(labelsOnly({ queryLimit: 4 }));
    assert.equal(short?.queries.points, 4);
    assert.equal(short?.best?.success, false);
    const [enough] = await run(labelsOnly({ queryLimit: 5 }));
    assert.equal(enough?.best?.success, true);
  });
});

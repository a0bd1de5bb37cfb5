import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../src/attacks/catalog.ts';
import { decision, logits, pullback } from '../../../src/attacks/dialogue.ts';
import { createGoal } from '../../../src/attacks/goal.ts';
import type { Outcome, Subject } from '../../../src/runner/conversation.ts';
import { runAttack } from '../../../src/runner/runAttack.ts';
import { linearClassifier } from '../../support/linearClassifier.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { optionsOf, outcomesOf } from '../../support/runs.ts';
import { smoothClassifier } from '../../support/smoothClassifier.ts';
import { toyAttack } from '../../support/toyAttack.ts';

const shape = { height: 1, width: 1, channels: 1 } as const;
const budget = { norm: 'linf', epsilon: 0.5 } as const;
const fgsm = catalog.get('fgsm') as AttackDefinition;
const ifgsm = catalog.get('ifgsm') as AttackDefinition;

const threshold = (batchSize?: number) => linearClassifier([[0], [1]], [0.5, 0], shape, batchSize);
const subjects = (count: number): Subject[] =>
  Array.from({ length: count }, (_, seed) => ({ image: Float32Array.of(0.25), goal: createGoal(0), seed }));

describe('the threat model', () => {
  it('refuses gradients to a score-based attack, and gradients and logits to a decision-based one', async () => {
    const wantsGradients = toyAttack('score-based', function* ({ image, goal }) {
      yield* pullback(image, goal.loss);
    });
    const wantsLogits = toyAttack('decision-based', function* ({ image }) {
      yield* logits(image);
    });
    const options = { classifier: threshold(), budget };
    await assert.rejects(outcomesOf(wantsGradients, options, subjects(1)), /score-based and asked for pullback/);
    await assert.rejects(outcomesOf(wantsLogits, options, subjects(1)), /decision-based and asked for logits/);
    const disguised = { ...wantsGradients, threatModel: 'decision-based' } as const;
    await assert.rejects(outcomesOf(disguised, options, subjects(1)), /decision-based and asked for pullback/);
  });

  it('shows a decision-based attack the class and nothing else', async () => {
    const seen: unknown[] = [];
    const curious = toyAttack('decision-based', function* () {
      seen.push(...(yield { kind: 'decision', points: [Float32Array.of(0.3), Float32Array.of(0.7)] }));
      seen.push(yield* decision(Float32Array.of(0.1)));
    });
    await outcomesOf(curious, { classifier: threshold(), budget, stopAtSuccess: false }, subjects(1));
    assert.deepEqual(seen, [{ decision: 0 }, { decision: 1 }, 0]);
  });

  it('lets a score-based attack run on a model without gradients', async () => {
    const { pullback: _, ...opaque } = threshold();
    const scored: Float32Array[] = [];
    const curious = toyAttack('score-based', function* ({ image }) {
      scored.push(yield* logits(image));
    });
    await outcomesOf(curious, { classifier: opaque, budget }, subjects(1));
    assert.deepEqual(scored, [Float32Array.of(0.5, 0.25)]);
  });

  it('tells the user when an attack needs gradients that the model does not give', async () => {
    const { pullback: _, ...opaque } = threshold();
    await rejectsWith(outcomesOf(fgsm, { classifier: opaque, budget }, subjects(1)), 'FGSM needs gradients');
  });
});

describe('a model that answers what is no number', () => {
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    it(`is the user's to mend: ${bad}`, async () => {
      const classifier = smoothClassifier(2, () => ({ logits: [1, bad], jacobian: [[0], [0]] }), shape);
      await rejectsWith(outcomesOf(fgsm, { classifier, budget }, subjects(1)), 'not all finite', `1, ${bad}`);
    });
  }

  it('is named with its first answers only, when there are many', async () => {
    const rows = Array.from({ length: 1000 }, () => [0]);
    const classifier = smoothClassifier(1000, () => ({ logits: rows.map(() => Number.NaN), jacobian: rows }), shape);
    await rejectsWith(outcomesOf(fgsm, { classifier, budget }, subjects(1)), 'NaN, NaN, NaN, NaN, …');
  });
});

describe('gradients that lead nowhere', () => {
  const withSlope = (slope: number) => smoothClassifier(2, () => ({ logits: [1, 0], jacobian: [[0], [slope]] }), shape);

  it('are counted, and the image itself is the best there is', async () => {
    for (const [slope, masked] of [
      [0, { zero: 1, nonFinite: 0 }],
      [Number.NaN, { zero: 0, nonFinite: 1 }],
      [Number.POSITIVE_INFINITY, { zero: 0, nonFinite: 1 }],
      [1, { zero: 0, nonFinite: 0 }],
    ] as const) {
      for (const norm of ['linf', 'l2'] as const) {
        const options = { classifier: withSlope(slope), budget: { norm, epsilon: 0.5 } };
        const [outcome] = await outcomesOf(fgsm, options, subjects(1));
        // The scores are the same everywhere.
        assert.deepEqual(outcome?.masked, { ...masked, flat: 1 });
        assert.deepEqual(outcome?.best?.point, Float32Array.of(slope === 1 ? 0.75 : 0.25));
      }
    }
  });
});

describe('cancelling', () => {
  it('ends the run between two batches', async () => {
    const controller = new AbortController();
    const model = threshold(2);
    const classifier: typeof model = {
      ...model,
      async pullback(images, functionals) {
        if (model.batches.length === 2) controller.abort();
        return model.pullback(images, functionals);
      },
    };
    const options = { classifier, budget, parameters: { steps: 5, stepSize: 0.01 }, signal: controller.signal };
    await assert.rejects(outcomesOf(ifgsm, options, subjects(20)), { name: 'AbortError' });
    assert.deepEqual(model.batches, [2, 2, 2]);
  });

  it('asks nothing when it comes before the start', async () => {
    const classifier = threshold();
    const options = { classifier, budget, signal: AbortSignal.abort() };
    await assert.rejects(outcomesOf(ifgsm, options, subjects(1)), { name: 'AbortError' });
    assert.deepEqual(classifier.batches, []);
  });

  it('lets the images through that were done before', async () => {
    const controller = new AbortController();
    const done: Outcome[] = [];
    const options = optionsOf(fgsm, { classifier: threshold(1), budget, signal: controller.signal });
    const run = runAttack(options, subjects(5));
    await assert.rejects(
      async () => {
        for await (const outcome of run) if (done.push(outcome) === 2) controller.abort();
      },
      { name: 'AbortError' },
    );
    assert.equal(done.length, 2);
  });
});

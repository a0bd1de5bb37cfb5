import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { createGoal, isReached } from '../../../../src/attacks/goal.ts';
import { distances } from '../../../../src/geometry/norms.ts';
import { dualLength } from '../../../support/boxedHyperplane.ts';
import type { Checks } from '../../../support/checks.ts';
import { conversation, type Exchange, pointsOf } from '../../../support/conversation.ts';
import { invariants, settingsOf } from '../../../support/invariants.ts';
import { linearClassifier } from '../../../support/linearClassifier.ts';
import { outcomesOf } from '../../../support/runs.ts';
import { scenes } from '../../../support/subjects.ts';
import { away, farClassifiers, withGradients } from './nearestChecks.ts';

type DeepFoolNorm = 'l2' | 'linf';

/** |f| / ‖w‖ in the dual norm, and the step of that length: section 3.3 with q = 2 and q = 1. */
function stepOnto(f: number, w: Float32Array, norm: DeepFoolNorm): { size: number; step: number[] } {
  const size = Math.abs(f) / dualLength(w, norm);
  const l2 = dualLength(w, 'l2');
  // At a tie it moves pixels by a millionth.
  const far = Math.max(size, 2 ** -20 * (norm === 'l2' ? Math.sqrt(w.length) : 1));
  return { size, step: Array.from(w, (weight) => far * (norm === 'l2' ? weight / l2 : Math.sign(weight))) };
}

/**
 * Asserts that a conversation is algorithm 2's: from the values and gradients that it was answered, every next point, and
 * that it ends at the first success, and not before its last step.
 */
function assertAlgorithm2(
  exchanges: readonly Exchange[],
  image: Float32Array,
  norm: DeepFoolNorm,
  overshoot: number,
  steps: number,
  reached: (logits: Float32Array) => boolean,
): void {
  const logits = exchanges.map(({ answers }) => answers[0]?.logits as Float32Array);
  const total = Array.from(image, () => 0);
  let k = 0;
  let x = image;
  for (let step = 0; ; step++, k += 2) {
    assert.equal(exchanges[k]?.query.kind, 'logits');
    const at = exchanges[k]?.query.points[0] as Float32Array;
    assert.ok(
      at.every((value, i) => Math.abs(value - (x[i] as number)) < 1e-6),
      `step ${step} goes to ${at}, not ${x}`,
    );
    x = at;
    if (step === steps || reached(logits[k] as Float32Array)) break;
    if (exchanges[k + 1] === undefined) assert.fail(`it gives up before step ${step}`);
    assert.equal(exchanges[k + 1]?.query.kind, 'pullback');
    assert.deepEqual(exchanges[k + 1]?.query.points[0], x);
    const [{ values = [], gradients = [] } = {}] = exchanges[k + 1]?.answers ?? [];
    const ways = gradients
      .map((w, l) => stepOnto(values[l] as number, w, norm))
      .filter(({ size }) => Number.isFinite(size));
    const shortest = ways.reduce((a, b) => (b.size < a.size ? b : a), ways[0] ?? { size: 0, step: [] });
    if (ways.length === 0) {
      k++;
      break;
    }
    shortest.step.forEach((r, i) => {
      total[i] = (total[i] as number) + r;
    });
    x = image.map((value, i) => Math.min(Math.max(value + (1 + overshoot) * (total[i] as number), 0), 1));
  }
  assert.equal(exchanges.length, k + 1);
}

/** What is known of DeepFool: algorithm 2, where it ends on linear classifiers, and what it shares with all attacks. */
export const deepfoolChecks: Checks<AttackDefinition> = {
  'is (1 + overshoot) |f| / ‖w‖ away after one step on a linear classifier, at the nearest class of all': (attack) =>
    fc.assert(
      fc.asyncProperty(
        farClassifiers,
        fc.constantFrom<DeepFoolNorm>('l2', 'linf'),
        fc.integer({ min: 1, max: 200 }),
        async (far, norm, thousandths) => {
          const { classifier, image, nearest } = far(norm);
          const overshoot = thousandths / 1000;
          const run = { classifier, budget: { norm, epsilon: Infinity }, parameters: { overshoot } };
          const [outcome] = await outcomesOf(attack, { ...run, stopAtSuccess: false }, [
            { image, goal: createGoal(0), seed: 1 },
          ]);
          assert.ok(outcome?.best?.success, 'nothing is found');
          const expected = (1 + overshoot) * nearest.distance;
          const size = outcome.best.norms[norm];
          assert.ok(Math.abs(size / expected - 1) < 1e-4, `${size}, not ${expected}`);
          // The image, its gradients, and the end.
          assert.equal(outcome.queries.points, 3);
          const step = away(nearest.normal, norm).map((d) => expected * d);
          const end = outcome.best.point;
          const error = Math.max(...step.map((d, i) => Math.abs((image[i] as number) + d - (end[i] as number))));
          assert.ok(error < 1e-6, `${error} off`);
        },
      ),
      { numRuns: 60 },
    ),

  'follows algorithm 2 on classifiers': (attack) =>
    fc.assert(
      fc.asyncProperty(
        scenes,
        settingsOf(attack),
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom(0.02, 0.1, 1),
        async (scene, { budget }, steps, overshoot) => {
          const [subject] = scene.subjects;
          assert.ok(subject, 'a scene has subjects');
          const talk = { classifier: scene.classifier(1), ...subject, budget, parameters: { steps, overshoot } };
          const exchanges = await conversation(attack, talk);
          const norm = budget.norm as DeepFoolNorm;
          const reached = (logits: Float32Array) => isReached(subject.goal, logits);
          assertAlgorithm2(exchanges, subject.image, norm, overshoot, steps, reached);
        },
      ),
      { numRuns: 150 },
    ),

  'looks at the likeliest classes at the image, the label among them, all along': async (attack) => {
    // The logits are 100, 0, 1, …, 12; the largest of the others have the faintest slope, and are far away.
    const weights = Array.from({ length: 14 }, (_, k) => [k === 0 ? 0 : 1 / k ** 4, 0.01 * k]);
    const biases = Array.from({ length: 14 }, (_, k) => (k === 0 ? 100 : k - 1));
    const classifier = linearClassifier(weights, biases, { height: 1, width: 2, channels: 1 });
    const budget = { norm: 'l2', epsilon: Infinity } as const;
    for (const [parameters, others] of [
      [{ steps: 3 }, [13, 12, 11, 10, 9, 8, 7, 6, 5]],
      [{ steps: 3, classes: 3 }, [13, 12]],
      [{ steps: 3, classes: 2 }, [13]],
      [{ steps: 3, classes: 99 }, [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]],
    ] as const) {
      const talk = { classifier, image: Float32Array.of(0.5, 0.5), goal: createGoal(0), budget, parameters };
      for (const { query } of await conversation(attack, talk)) {
        if (query.kind !== 'pullback') continue;
        const differences = others.map((k) => {
          const row = new Float32Array(14).with(k, 1).with(0, -1);
          return { kind: 'weights', output: 'logits', weights: row };
        });
        assert.deepEqual(query.functionals, [differences]);
      }
    }
  },

  'with a target goes to the boundary of that class alone': async (attack) => {
    const weights = [
      [0, 0],
      [8, 0],
      [0, 2],
    ];
    const classifier = linearClassifier(weights, [0, -4.4, -1.1], { height: 1, width: 2, channels: 1 });
    const goal = createGoal(0, 2);
    for (const norm of ['l2', 'linf'] as const) {
      const talk = { classifier, image: Float32Array.of(0.5, 0.5), goal, budget: { norm, epsilon: Infinity } };
      const exchanges = await conversation(attack, talk);
      const [ask] = exchanges.flatMap(({ query }) => (query.kind === 'pullback' ? [query.functionals] : []));
      assert.deepEqual(ask, [[goal.margin]]);
      const [end] = pointsOf(exchanges, 'logits').slice(-1);
      assert.ok(end && Math.abs((end[1] as number) - 0.551) < 1e-6 && end[0] === 0.5, `it ends at ${end}`);
    }
  },

  'asks nothing more about an image that has what is wanted already': async (attack) => {
    const classifier = linearClassifier([[1], [2]], [0, 0], { height: 1, width: 1, channels: 1 });
    for (const goal of [createGoal(0), createGoal(0, 1)]) {
      const run = { classifier, budget: { norm: 'l2', epsilon: Infinity } } as const;
      const [outcome] = await outcomesOf(attack, run, [{ image: Float32Array.of(0.5), goal, seed: 1 }]);
      assert.deepEqual(outcome?.queries, { points: 1, gradients: 0 });
      assert.equal(outcome.best?.norms.l2, 0);
    }
  },

  'leaves a tie': async (attack) => {
    const rows = [Array.from({ length: 48 }, () => 0), Array.from({ length: 48 }, (_, i) => (i % 3) - 1)];
    const classifier = linearClassifier(rows, [0, 0], { height: 4, width: 4, channels: 3 });
    for (const norm of ['l2', 'linf'] as const) {
      const image = new Float32Array(48).fill(0.5);
      const run = { classifier, budget: { norm, epsilon: Infinity } };
      const [outcome] = await outcomesOf(attack, run, [{ image, goal: createGoal(0), seed: 1 }]);
      assert.ok(outcome?.best?.success, 'nothing is found');
      assert.ok(outcome.best.norms.linf < 1e-5, `${outcome.best.norms.linf} away`);
    }
  },

  'passes over classes without a gradient, and ends where there is none': async (attack) => {
    const bad = [Float32Array.of(0, 0), Float32Array.of(Number.NaN, 1), Float32Array.of(Infinity, -1)];
    for (const norm of ['l2', 'linf'] as const) {
      const budget = { norm, epsilon: Infinity };
      for (const masked of bad) {
        const talk = { image: Float32Array.of(0.5, 0.5), goal: createGoal(0), budget, parameters: { steps: 4 } };
        const stuck = withGradients([4, 2, 1], [masked, masked]);
        assert.deepEqual(
          (await conversation(attack, { ...talk, classifier: stuck })).map(({ query }) => query.kind),
          ['logits', 'pullback'],
        );
        const other = withGradients([4, 3, 1], [masked, Float32Array.of(10, 0)]);
        const points = pointsOf(await conversation(attack, { ...talk, classifier: other }), 'logits');
        assert.ok(points.flatMap((point) => [...point]).every(Number.isFinite), `it goes to ${points.at(-1)}`);
        assert.equal(points.length, 5);
        const moved = points[1] ?? assert.fail();
        assert.ok(Math.abs((moved[0] as number) - 0.806) < 1e-6, `it goes to ${moved}`);
        assert.equal(distances(Float32Array.of(0, 0.5), Float32Array.of(0, moved[1] as number), 1).l2, 0);
      }
    }
  },

  'does not move a label that the classes asked for no longer rival': async (attack) => {
    const classifier = linearClassifier(
      [
        [0, 0],
        [1, 0],
      ],
      [9, 0],
      { height: 1, width: 2, channels: 1 },
    );
    // The boundary is out of range: it goes as far as it can, and stays there for all its steps.
    const talk = { classifier, image: Float32Array.of(0.5, 0.25), goal: createGoal(0), parameters: { steps: 5 } };
    const points = pointsOf(
      await conversation(attack, { ...talk, budget: { norm: 'l2', epsilon: Infinity } }),
      'logits',
    );
    assert.deepEqual(points.slice(1), Array(5).fill(Float32Array.of(1, 0.25)));
  },
  // Last, as they take longest: most mistakes are found before them.
  ...invariants,
};

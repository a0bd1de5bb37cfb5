import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AttackDefinition } from '../../../../../src/attacks/attackDefinition.ts';
import { createGoal } from '../../../../../src/attacks/goal.ts';
import { distances } from '../../../../../src/geometry/norms.ts';
import { type Functional, logitDifference } from '../../../../../src/models/functional.ts';
import { createProjection } from '../../../../../src/runner/projection.ts';
import type { Checks } from '../../../../support/checks.ts';
import { aim, clip, constantly, direction, imagesOf, sameBits } from '../../../../support/closedForms.ts';
import { conversation, type Exchange, pointsOf } from '../../../../support/conversation.ts';
import { budgetInvariants, settingsOf } from '../../../../support/invariants.ts';
import { linearClassifier } from '../../../../support/linearClassifier.ts';
import { scriptedClassifier } from '../../../../support/scriptedClassifier.ts';
import { valley } from '../../../../support/smoothClassifier.ts';
import { scenes } from '../../../../support/subjects.ts';
import { nestingCheck } from '../nestingCheck.ts';
import { restartChecks } from '../restartChecks.ts';

const runs = { numRuns: 30 };

/** Checkpoints by the formula of section 3.1, in exact fractions of a hundred. */
function checkpoints(steps: number): number[] {
  const p = [0, 22];
  while ((p.at(-1) as number) <= 100) {
    const [before, last] = p.slice(-2) as [number, number];
    p.push(last + Math.max(last - before - 3, 6));
  }
  return p.filter((hundredths) => hundredths <= 100).map((hundredths) => Math.ceil((hundredths * steps) / 100));
}

/**
 * Asserts that a climb is algorithm 1's: from the losses and gradients that it was answered, every next point, by the
 * paper's formulas over the whole history, and the point it proposes at its end.
 */
function assertAlgorithm1(
  exchanges: readonly Exchange[],
  project: (x: Float32Array) => Float32Array,
  norm: string,
  epsilon: number,
): void {
  const asked = exchanges.slice(0, -1);
  const steps = asked.length - 1;
  const f = asked.map(({ answers }) => answers[0]?.values?.[0] as number);
  const x = asked.map(({ query }) => query.points[0] as Float32Array);
  const g = asked.map(({ answers }) => answers[0]?.gradients?.[0] as Float32Array);
  const w = checkpoints(steps);
  const eta = [2 * epsilon];
  const fmax = f.map((_, k) => Math.max(...f.slice(0, k + 1)));
  // After a checkpoint that halves, the walk is at the best point, with its loss and gradient.
  const at = f.map((_, k) => k);
  for (let k = 0; k < steps; k++) {
    const j = w.lastIndexOf(k);
    if (k > 0) eta.push(eta[k - 1] as number);
    if (j > 0) {
      const since = w[w.indexOf(k) - 1] as number;
      let rises = 0;
      for (let i = since; i < k; i++) if ((f[i + 1] as number) > (f[at[i] as number] as number)) rises++;
      const one = rises < 0.75 * (k - since);
      const halvedThere = since > 0 && (eta[since] as number) < (eta[since - 1] as number);
      const two = !halvedThere && fmax[since] === fmax[k];
      if (one || two) {
        eta[k] = (eta[k - 1] as number) / 2;
        at[k] = f.indexOf(fmax[k] as number);
      }
    }
    const here = x[at[k] as number] as Float32Array;
    const gradient = g[at[k] as number] as Float32Array;
    const l2 = Math.hypot(...gradient) || 1;
    const unit = Array.from(gradient, (value) => (norm === 'linf' ? Math.sign(value) : value / l2));
    const z = project(here.map((value, i) => value + (eta[k] as number) * (unit[i] as number)));
    const before = k === 0 ? here : (x[at[k - 1] as number] as Float32Array);
    const next = here.map(
      (value, i) => value + 0.75 * ((z[i] as number) - value) + 0.25 * (value - (before[i] as number)),
    );
    const expected = k === 0 ? z : project(next);
    const error = Math.max(...expected.map((value, i) => Math.abs(value - (x[k + 1]?.[i] as number))));
    assert.ok(error < 2e-6, `step ${k} is ${error} off`);
  }
  assert.deepEqual(exchanges.at(-1)?.query, { kind: 'propose', points: [x[f.indexOf(Math.max(...f))]] });
}

/** Functionals that an attack ascends, one after the other. */
async function lossesOf(attack: AttackDefinition, loss: string, classes: number, target?: number, restarts = 1) {
  const weights = Array.from({ length: classes }, (_, k) => [0.01 * k, 0.01]);
  // The label 0 is the prediction; of the others, the even ones are likelier than the odd ones.
  const biases = Array.from({ length: classes }, (_, k) => (k === 0 ? 100 : k % 2 === 0 ? 50 - k : 20 - k));
  const classifier = linearClassifier(weights, biases, { height: 1, width: 2, channels: 1 });
  const parameters = { steps: 2, restarts, loss };
  const budget = { norm: 'linf', epsilon: 0.1 } as const;
  const talk = { classifier, image: Float32Array.of(0.5, 0.5), goal: createGoal(0, target), budget, parameters };
  const all = (await conversation(attack, talk)).flatMap(({ query }): Functional[] =>
    query.kind === 'pullback' ? (query.functionals[0] as Functional[]) : [],
  );
  assert.equal(all.length % 3, 0);
  return all.filter((_, i) => i % 3 === 0);
}

/** Random starts in l1 are corners of the ball so often that two of few values are likely to be the same. */
function inRoundBalls(check: (attack: AttackDefinition) => unknown) {
  return (attack: AttackDefinition) => check({ ...attack, norms: ['linf', 'l2'] });
}

/** What is known of APGD: algorithm 1, its losses, where it ends on a linear classifier, what it shares with all attacks. */
export const apgdChecks: Checks<AttackDefinition> = {
  // Worked out by hand: checkpoints at 3, 5, 6, 7, 8, 9 and 10; halved at 3, 5, 6 and 8, each time back to the best.
  'goes down a valley in the steps of algorithm 1, worked out by hand': async (attack) => {
    const budget = { norm: 'linf', epsilon: 0.5 } as const;
    const talk = { classifier: valley(5 / 16), image: Float32Array.of(0), goal: createGoal(0), budget };
    const exchanges = await conversation(attack, { ...talk, parameters: { steps: 10, restarts: 1 } });
    const way = [0, 0.5, 0.25, 0.375, 0.4375, 0.15625, 0.390625, 0.34375, 0.2734375, 0.296875, 0.33203125];
    sameBits(Float32Array.from(pointsOf(exchanges, 'pullback').flatMap((point) => [...point])), way);
    sameBits(pointsOf(exchanges, 'propose')[0], [0.296875]);
  },

  'follows algorithm 1 whatever losses and gradients it is answered': (attack) => {
    const value = fc.integer({ min: 0, max: 5 });
    const derivative = fc.integer({ min: -3, max: 3 });
    return fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(100, 120)),
        fc.array(value, { minLength: 121, maxLength: 121 }),
        fc.boolean(),
        fc.array(fc.tuple(derivative, derivative), { minLength: 121, maxLength: 121 }),
        fc.constantFrom('linf' as const, 'l2' as const),
        async (steps, values, climbing, gradients, norm) => {
          // Half of the scripts mostly rise, from below where they began: what condition 2 is there for.
          const script = climbing ? values.map((v, k) => (k === 0 ? 1e3 : k - 3 * Math.floor(v / 5))) : values;
          const image = Float32Array.of(0.5, 0.3);
          const budget = { norm, epsilon: 0.25 };
          const talk = { classifier: scriptedClassifier(script, gradients), image, goal: createGoal(0), budget };
          const exchanges = await conversation(attack, { ...talk, parameters: { steps, restarts: 1 } });
          assert.equal(exchanges.length, steps + 2);
          assertAlgorithm1(exchanges, createProjection(image, budget, false), norm, 0.25);
        },
      ),
      { numRuns: 200 },
    );
  },

  'follows algorithm 1 on classifiers, and proposes where the loss was largest': (attack) =>
    fc.assert(
      fc.asyncProperty(scenes, settingsOf({ ...attack, norms: ['linf', 'l2'] }), async (scene, { budget }) => {
        const [subject] = scene.subjects;
        assert.ok(subject, 'subject');
        const talk = { classifier: scene.classifier(1), ...subject, budget, parameters: { steps: 25, restarts: 1 } };
        const exchanges = await conversation(attack, talk);
        assertAlgorithm1(exchanges, createProjection(subject.image, budget, false), budget.norm, budget.epsilon);
      }),
      { numRuns: 60 },
    ),

  'linf: ends at clip(x + ε · sign(∇)) from any start': (attack) =>
    fc.assert(
      fc.asyncProperty(
        aim,
        fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 7, maxLength: 7 }),
        fc.double({ min: 1e-3, max: 1, noNaN: true }),
        async (toward, image, epsilon) => {
          const to = direction(toward, 'linf').map((d, i) => clip(Math.fround((image[i] as number) + epsilon * d)));
          const talk = { ...constantly(toward, image), budget: { norm: 'linf', epsilon } } as const;
          const ends = pointsOf(await conversation(attack, { ...talk, parameters: { restarts: 3 } }), 'propose');
          for (const end of ends) {
            assert.ok(
              end.every((value, i) => Math.abs(value - (to[i] as number)) <= 1e-7),
              'end.every((value, i) => Math.abs(value - (to[i] as number)) <= 1e-7)',
            );
          }
        },
      ),
      runs,
    ),

  'l2: ends at x + ε · ∇/‖∇‖₂ from the image, and near it from any start': (attack) =>
    fc.assert(
      fc.asyncProperty(aim, imagesOf(1 / 128, 48, 80), fc.integer({ min: 1, max: 32 }), async (toward, image, k) => {
        const epsilon = k / 128;
        const to = direction(toward, 'l2').map((d, i) => (image[i] as number) + epsilon * d);
        const talk = { ...constantly(toward, image), budget: { norm: 'l2', epsilon } } as const;
        const parameters = { steps: 100, restarts: 3 };
        const ends = pointsOf(await conversation(attack, { ...talk, parameters }), 'propose');
        for (const [i, end] of ends.entries()) {
          const error = Math.max(...end.map((value, j) => Math.abs(value - (to[j] as number))));
          assert.ok(error <= (i === 0 ? 1e-7 : 2e-3 * epsilon), `restart ${i}: ${error}`);
        }
      }),
      runs,
    ),

  'raises cross-entropy unless told otherwise, with a target that of the target': async (attack) => {
    assert.deepEqual(await lossesOf(attack, 'ce', 5), [createGoal(0).loss]);
    assert.deepEqual(await lossesOf(attack, 'ce', 5, 3), [createGoal(0, 3).loss]);
  },

  'raises the difference of logits ratio, with a target its targeted form': async (attack) => {
    assert.deepEqual(await lossesOf(attack, 'dlr', 3), [{ kind: 'dlr', label: 0 }]);
    assert.deepEqual(await lossesOf(attack, 'dlr', 4, 3), [{ kind: 'targetedDlr', label: 0, target: 3 }]);
    assert.deepEqual(await lossesOf(attack, 'dlr', 5, 3), [{ kind: 'targetedDlr', label: 0, target: 3 }]);
    assert.deepEqual(await lossesOf(attack, 'targeted-dlr', 5, 3), [{ kind: 'targetedDlr', label: 0, target: 3 }]);
  },

  'raises the targeted ratio for the likeliest other classes in turn, nine of them, at every start': async (attack) => {
    const toward = (classes: readonly number[]) =>
      classes.map((target) => ({ kind: 'targetedDlr', label: 0, target }) as const);
    assert.deepEqual(await lossesOf(attack, 'targeted-dlr', 5), toward([2, 4, 1, 3]));
    assert.deepEqual(await lossesOf(attack, 'targeted-dlr', 14), toward([2, 4, 6, 8, 10, 12, 1, 3, 5]));
    assert.deepEqual(await lossesOf(attack, 'targeted-dlr', 4, undefined, 2), toward([2, 1, 3, 2, 1, 3]));
  },

  'raises the difference of two logits where there are too few classes for a ratio': async (attack) => {
    assert.deepEqual(await lossesOf(attack, 'dlr', 2), [logitDifference(1, 0, 2)]);
    assert.deepEqual(await lossesOf(attack, 'targeted-dlr', 2), [logitDifference(1, 0, 2)]);
    assert.deepEqual(await lossesOf(attack, 'targeted-dlr', 3), [logitDifference(2, 0, 3), logitDifference(1, 0, 3)]);
    assert.deepEqual(await lossesOf(attack, 'dlr', 3, 1), [logitDifference(1, 0, 3)]);
  },

  'takes the same way whatever the scale of the logits of few classes': async (attack) => {
    const wayAt = async (scale: number) => {
      const weights = [
        [0.25, -0.5],
        [-1, 0.5],
        [0.5, 0.75],
      ].map((row) => row.map((weight) => scale * weight));
      const classifier = linearClassifier(weights, [9 * scale, 0, scale], { height: 1, width: 2, channels: 1 });
      const budget = { norm: 'l2', epsilon: 0.25 } as const;
      const talk = { classifier, image: Float32Array.of(0.5, 0.25), goal: createGoal(0), budget };
      const parameters = { loss: 'targeted-dlr' };
      return pointsOf(await conversation(attack, { ...talk, parameters }), 'pullback');
    };
    assert.deepEqual(await wayAt(2 ** 30), await wayAt(1));
  },

  'starts at the edge of the budget where the image is not the start': async (attack) => {
    for (const norm of attack.norms) {
      const image = new Float32Array(40).fill(0.5);
      const rows = [image.map(() => 0), image.map((_, i) => (i % 3) - 1)].map((row) => [...row]);
      const classifier = linearClassifier(rows, [9, 0], { height: 5, width: 8, channels: 1 });
      const talk = { classifier, image, goal: createGoal(0), budget: { norm, epsilon: 0.25 } };
      const starts = [];
      for (const seed of [1, 2]) {
        const parameters = { steps: 1, restarts: 2, start: 'random' };
        const points = pointsOf(await conversation(attack, { ...talk, parameters, seed }), 'pullback');
        assert.equal(points.length, 4);
        starts.push(points[0] as Float32Array, points[2] as Float32Array);
      }
      assert.equal(new Set(starts.map(String)).size, 4, 'starts are the same');
      for (const start of starts) {
        const length = distances(image, start, 1)[norm];
        assert.ok(Math.abs(length - 0.25) < 1e-5, `${length} in ${norm}`);
        // In l1 a projected point: most values are the image's.
        if (norm === 'l1') assert.ok(distances(image, start, 1).l0 < 20, 'the start is not sparse');
      }
    }
  },

  'asks as often as it is to about each point of its way': async (attack) => {
    const classifier = linearClassifier([[0], [1]], [9, 0], { height: 1, width: 1, channels: 1 });
    for (const norm of attack.norms) {
      const talk = { classifier, image: Float32Array.of(0.5), goal: createGoal(0), budget: { norm, epsilon: 0.25 } };
      const asked = await conversation(attack, { ...talk, parameters: { steps: 10, eot: 7 } });
      const samples = asked.flatMap(({ query }) => (query.kind === 'pullback' ? [query.samples] : []));
      assert.ok(samples.length > 10);
      assert.ok(samples.every((sample) => sample === 7));
    }
  },
  // Last, as they take longest: most mistakes are found before them.
  ...budgetInvariants,
  ...Object.fromEntries(Object.entries(restartChecks).map(([name, check]) => [name, inRoundBalls(check)])),
  ...nestingCheck,
};

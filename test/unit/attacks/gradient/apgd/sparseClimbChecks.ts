import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AttackDefinition } from '../../../../../src/attacks/attackDefinition.ts';
import { createGoal } from '../../../../../src/attacks/goal.ts';
import { createProjection } from '../../../../../src/runner/projection.ts';
import type { Checks } from '../../../../support/checks.ts';
import { aim, constantly, imagesOf } from '../../../../support/closedForms.ts';
import { conversation, type Exchange, pointsOf } from '../../../../support/conversation.ts';
import { scriptedAnswers } from '../../../../support/scriptedAnswers.ts';
import { scenes } from '../../../../support/subjects.ts';

/** One point that was asked about, and the loss and gradient there. */
interface Visit {
  readonly x: Float32Array;
  readonly f: number;
  readonly g: Float32Array;
}

const changes = (image: Float32Array, x: Float32Array) => x.filter((value, i) => value !== image[i]).length;

/** Asserts that a conversation is APGD in l1: every point from the losses and gradients that it was answered. */
function assertSparseClimb(exchanges: readonly Exchange[], image: Float32Array, epsilon: number, steps: number): void {
  const visits = exchanges.slice(0, -1).map(({ query, answers }): Visit => {
    const [answer] = answers;
    return {
      x: query.points[0] as Float32Array,
      f: answer?.values?.[0] as number,
      g: answer?.gradients?.[0] as Float32Array,
    };
  });
  const first = Math.floor(0.3 * steps);
  const stages = [
    [3, first],
    [2, first],
    [1, steps - 2 * first],
  ] as const;
  assert.equal(visits.length, steps + stages.filter(([, count]) => count > 0).length);
  let best = image;
  for (const [times, within] of stages.filter(([, count]) => count > 0)) {
    const stage = visits.splice(0, within + 1);
    best = assertStage(stage, image, best, times * epsilon);
  }
  assert.deepEqual(exchanges.at(-1)?.query, { kind: 'propose', points: [best] });
}

function assertStage(stage: readonly Visit[], image: Float32Array, start: Float32Array, epsilon: number) {
  const project = createProjection(image, { norm: 'l1', epsilon }, false);
  const [first] = stage as [Visit];
  assert.deepEqual(first.x, project(start.slice()));
  const steps = stage.length - 1;
  const every = Math.max(1, Math.floor(0.04 * steps));
  const bestUntil = (k: number) => stage.slice(0, k + 1).reduce((best, visit) => (visit.f > best.f ? visit : best));
  let counts = [changes(image, first.x)];
  let density = (counts[0] as number) / image.length / 1.5;
  if (counts[0] === 0) [counts, density] = [[image.length], 0.2];
  let eta = epsilon;
  let from = first;
  for (let k = 1; k <= steps; k++) {
    const { x, g } = from;
    const sizes = g.map(Math.abs).toSorted((a, b) => a - b);
    const least = sizes[Math.min(image.length - 1, Math.floor((1 - density) * image.length))] as number;
    const chosen = g.map((value) => (Math.abs(value) >= least ? Math.sign(value) : 0));
    const count = chosen.filter((s) => s !== 0).length || 1;
    const expected = project(x.map((value, i) => value + (eta / count) * (chosen[i] as number)));
    const next = stage[k] as Visit;
    const error = Math.max(...expected.map((value, i) => Math.abs(value - (next.x[i] as number))));
    assert.ok(error < 2e-6, `step ${k} is ${error} off`);
    from = next;
    if (k % every !== 0) continue;
    counts.push(changes(image, bestUntil(k).x));
    const [before, now] = counts.slice(-2) as [number, number];
    density = now / image.length / 1.5;
    if (now / before < 0.95) [eta, from] = [epsilon, bestUntil(k)];
    else eta = Math.max(eta / 1.5, epsilon / 10);
  }
  return bestUntil(steps).x;
}

/** What is known of APGD in l1: its algorithm, and how far it gets on a linear classifier. */
export const sparseClimbChecks: Checks<AttackDefinition> = {
  'follows its algorithm whatever it is answered': (attack) =>
    fc.assert(
      fc.asyncProperty(
        scriptedAnswers(134, 12),
        fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constant(130)),
        fc.constantFrom(0.1, 0.4, 2),
        async ({ classifier }, steps, epsilon) => {
          const image = Float32Array.of(0, 0.3, 0.5, 0.55, 0.9, 1, 0.4, 0.2, 0.7, 0.6, 0.45, 0.8);
          const budget = { norm: 'l1', epsilon } as const;
          const talk = { classifier: classifier(1), image, goal: createGoal(0), budget, parameters: { steps } };
          assertSparseClimb(await conversation(attack, talk), image, epsilon, steps);
        },
      ),
      { numRuns: 150 },
    ),

  'follows its algorithm on classifiers': (attack) =>
    fc.assert(
      fc.asyncProperty(scenes, fc.constantFrom(0.05, 0.5), async (scene, epsilon) => {
        const [subject] = scene.subjects;
        assert.ok(subject);
        const budget = { norm: 'l1', epsilon } as const;
        const talk = { classifier: scene.classifier(1), ...subject, budget, parameters: { steps: 60 } };
        assertSparseClimb(await conversation(attack, talk), subject.image, epsilon, 60);
      }),
      { numRuns: 60 },
    ),

  'gains nearly ε · ‖∇‖∞ on a linear classifier from any start': (attack) =>
    fc.assert(
      fc.asyncProperty(aim, imagesOf(1 / 128, 40, 88), fc.integer({ min: 1, max: 32 }), async (toward, image, k) => {
        const epsilon = k / 128;
        // Of two changed values it never goes on to one, so two have the largest derivative.
        const weights = [1, -1, 0.5, -0.25, 0.25, -0.25, 0.25];
        const { classifier, ...subject } = constantly(toward, image, weights);
        const talk = { classifier, ...subject, budget: { norm: 'l1', epsilon } } as const;
        const parameters = { steps: 100, restarts: 3 };
        const sign = toward === 'targeted' ? 1 : -1;
        for (const end of pointsOf(await conversation(attack, { ...talk, parameters }), 'propose')) {
          const gained = end.reduce((sum, v, i) => sum + sign * (weights[i] as number) * (v - (image[i] as number)), 0);
          assert.ok(gained > 0.98 * epsilon, `${gained / epsilon} of ε`);
        }
      }),
      { numRuns: 30 },
    ),
};

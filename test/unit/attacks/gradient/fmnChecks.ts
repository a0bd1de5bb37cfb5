import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { createGoal, type Goal, isReached } from '../../../../src/attacks/goal.ts';
import { distances, type Norm } from '../../../../src/geometry/norms.ts';
import type { Checks } from '../../../support/checks.ts';
import { conversation, type Exchange, pointsOf } from '../../../support/conversation.ts';
import { invariants } from '../../../support/invariants.ts';
import { linearClassifier } from '../../../support/linearClassifier.ts';
import { outcomesOf } from '../../../support/runs.ts';
import { scriptedAnswers } from '../../../support/scriptedAnswers.ts';
import { scenes } from '../../../support/subjects.ts';
import { withDefaults } from '../../../support/withDefaults.ts';

const clip = (value: number) => Math.min(Math.max(value, 0), 1);

/** The nearest point of l1-ball ∩ [0, 1], by bisection on what is taken off every change. */
function ontoL1(image: Float32Array, point: ArrayLike<number>, epsilon: number): number[] {
  const at = (lambda: number) =>
    Array.from(image, (x, i) => {
      const change = (point[i] as number) - x;
      return clip(x + Math.sign(change) * Math.max(Math.abs(change) - lambda, 0)) - x;
    });
  let [low, high] = [0, 20];
  const tooLong = (lambda: number) => at(lambda).reduce((sum, c) => sum + Math.abs(c), 0) > epsilon;
  if (!tooLong(0)) high = 0;
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (tooLong(middle)) low = middle;
    else high = middle;
  }
  return at(high).map((c, i) => (image[i] as number) + c);
}

/** Of all choices of that many pixels the one that is nearest when it is clipped to [0, 1]; every choice is tried. */
function ontoL0(image: Float32Array, point: ArrayLike<number>, epsilon: number, channels: number): number[] {
  const pixels = image.length / channels;
  let [best, nearest] = [[...image] as number[], Infinity];
  for (let choice = 0; choice < 2 ** pixels; choice++) {
    const kept = Array.from({ length: pixels }, (_, pixel) => (choice >> pixel) & 1);
    if (kept.reduce((a, b) => a + b, 0) > epsilon) continue;
    const end = Array.from(image, (x, i) => (kept[Math.floor(i / channels)] ? clip(point[i] as number) : x));
    const far = end.reduce((sum, value, i) => sum + (value - (point[i] as number)) ** 2, 0);
    if (far < nearest - 1e-12) [best, nearest] = [end, far];
  }
  return best;
}

/** The nearest point of ball and range: the clip of the point drawn to the image by a factor, found by bisection. */
function ontoL2(image: Float32Array, point: ArrayLike<number>, epsilon: number): number[] {
  const at = (factor: number) => Array.from(image, (x, i) => clip(x + factor * ((point[i] as number) - x)));
  const tooLong = (factor: number) => Math.hypot(...at(factor).map((z, i) => z - (image[i] as number))) > epsilon;
  let [low, high] = [0, 1];
  if (!tooLong(1)) low = 1;
  for (let i = 0; i < 80; i++) {
    const middle = (low + high) / 2;
    if (tooLong(middle)) high = middle;
    else low = middle;
  }
  return at(low);
}

function projected(
  image: Float32Array,
  point: ArrayLike<number>,
  norm: Norm,
  epsilon: number,
  channels: number,
): number[] {
  if (norm === 'l2') return ontoL2(image, point, epsilon);
  if (norm === 'l1') return ontoL1(image, point, epsilon);
  if (norm === 'l0') return ontoL0(image, point, epsilon, channels);
  return Array.from(image, (x, i) => clip(x + Math.max(-epsilon, Math.min((point[i] as number) - x, epsilon))));
}

const dualNorm: Readonly<Record<string, (g: Float32Array) => number>> = {
  linf: (g) => g.reduce((sum, d) => sum + Math.abs(d), 0),
  l2: (g) => Math.hypot(...g),
  l1: (g) => Math.max(...g.map(Math.abs)),
};

interface Setting {
  readonly image: Float32Array;
  readonly goal: Goal;
  readonly norm: Norm;
  readonly channels: number;
  readonly parameters: { readonly steps: number; readonly stepSize: number; readonly gamma: number };
}

/** Asserts that every next point is algorithm 1's, from what was answered so far. */
function assertAlgorithm1(exchanges: readonly Exchange[], setting: Setting): void {
  const { image, goal, norm, channels, parameters } = setting;
  const { steps, stepSize, gamma: gamma0 } = parameters;
  const asked = exchanges.slice(0, -1);
  assert.equal(asked.length, steps);
  assert.equal(exchanges.at(-1)?.query.kind, 'propose');
  const points = exchanges.map(({ query }) => query.points[0] as Float32Array);
  assert.deepEqual(points[0], image);
  const worst = Array.from(image, (x) => Math.max(x, 1 - x));
  const farthest = distances(new Float32Array(image.length), Float64Array.from(worst), channels)[norm];
  let epsilon = norm === 'l0' ? 1 : Infinity;
  let best = Infinity;
  for (const [k, { query, answers }] of asked.entries()) {
    assert.ok(query.kind === 'pullback', "query.kind === 'pullback'");
    assert.deepEqual(query.functionals, [[goal.margin]]);
    const [answer] = answers;
    const [f, g] = [answer?.values?.[0] as number, answer?.gradients?.[0] as Float32Array];
    const x = points[k] as Float32Array;
    const size = distances(image, x, channels)[norm];
    const h = (from: number, to: number) => to + 0.5 * (from - to) * (1 + Math.cos((k * Math.PI) / steps));
    const [alpha, gamma] = [h(stepSize, 1e-5), h(gamma0, 1e-3)];
    const adversarial = isReached(goal, answer?.logits as Float32Array);
    if (adversarial) best = Math.min(best, size);
    if (norm === 'l0') {
      epsilon = adversarial
        ? Math.max(0, Math.min(epsilon - 1, Math.floor((1 - gamma) * epsilon), best))
        : Math.max(epsilon + 1, Math.floor((1 + gamma) * epsilon));
    } else if (adversarial) epsilon = Math.min((1 - gamma) * epsilon, best);
    else if (best < Infinity) epsilon *= 1 + gamma;
    else epsilon = Math.max(size + Math.abs(f) / (dualNorm[norm]?.(g) as number), (1 + gamma) * size);
    if (!(epsilon < farthest)) epsilon = farthest;
    const length = Math.hypot(...g) || 1;
    const step = x.map((value, i) => value + (alpha * (g[i] as number)) / length);
    const expected = projected(image, step, norm, epsilon, channels);
    const error = Math.max(...expected.map((value, i) => Math.abs(value - (points[k + 1]?.[i] as number))));
    assert.ok(error < 3e-6, `step ${k} in ${norm} is ${error} off`);
  }
}

/** Two classes, class 0 leading by ⟨w, x − image⟩ + lead; a value moves by 0.3 at most to come to the boundary. */
const boundaries = fc.record({
  weights: fc.array(
    fc.tuple(fc.integer({ min: 4, max: 16 }), fc.constantFrom(-1, 1)).map(([size, sign]) => (sign * size) / 8),
    { minLength: 7, maxLength: 7 },
  ),
  image: fc
    .array(fc.integer({ min: 40, max: 60 }), { minLength: 7, maxLength: 7 })
    .map((values) => Float32Array.from(values, (value) => value / 100)),
  reach: fc.double({ min: 0.02, max: 0.3, noNaN: true }),
});

const dualOf = (w: readonly number[]) => ({
  linf: w.reduce((sum, d) => sum + Math.abs(d), 0),
  l2: Math.hypot(...w),
  l1: Math.max(...w.map(Math.abs)),
});

/** Goals on two classes: any but class 0, or class 1. */
const goals = [createGoal(0), createGoal(0, 1)];

export function twoClasses(weights: readonly number[], image: Float32Array, lead: number, channels: 1 | 3 = 1) {
  const at = weights.reduce((sum, w, i) => sum + w * (image[i] as number), 0);
  const halves = [weights.map((w) => w / 2), weights.map((w) => -w / 2)];
  const shape = { height: 1, width: image.length / channels, channels };
  return linearClassifier(halves, [(lead - at) / 2, (at - lead) / 2], shape);
}

async function distanceOf(
  attack: AttackDefinition,
  norm: Norm,
  classifier: ReturnType<typeof twoClasses>,
  image: Float32Array,
  goal: Goal,
) {
  const run = { classifier, budget: { norm, epsilon: Infinity }, stopAtSuccess: false };
  const [outcome] = await outcomesOf(attack, run, [{ image, goal, seed: 1 }]);
  return outcome?.best?.success ? outcome.best.norms[norm] : Infinity;
}

/** Fewest pixels whose values, moved to the edges of the range, take the lead away. */
export function fewestPixels(weights: readonly number[], image: Float32Array, lead: number, channels: number): number {
  const worth = Array.from({ length: image.length / channels }, () => 0);
  for (const [i, w] of weights.entries()) {
    const room = w > 0 ? (image[i] as number) : 1 - (image[i] as number);
    const pixel = Math.floor(i / channels);
    worth[pixel] = (worth[pixel] as number) + Math.abs(w) * room;
  }
  let left = lead;
  let count = 0;
  for (const value of worth.sort((a, b) => b - a)) {
    if (left < 0) break;
    left -= value;
    count++;
  }
  return left < 0 ? count : Infinity;
}

/** What is known of FMN: algorithm 1, how near it comes on linear classifiers, what it shares with all attacks. */
export const fmnChecks: Checks<AttackDefinition> = {
  'follows algorithm 1 on classifiers': (attack) =>
    fc.assert(
      fc.asyncProperty(
        scenes,
        fc.constantFrom(...attack.norms),
        fc.constantFrom(0.1, 1, 10),
        fc.constantFrom(0.05, 0.3),
        fc.integer({ min: 1, max: 25 }),
        async (scene, norm, stepSize, gamma, steps) => {
          const [subject] = scene.subjects;
          assert.ok(subject, 'subject');
          const classifier = scene.classifier(1);
          const parameters = { steps, stepSize, gamma };
          const talk = { classifier, ...subject, budget: { norm, epsilon: Infinity }, parameters };
          const { channels } = classifier.input;
          assertAlgorithm1(await conversation(attack, talk), { ...subject, norm, channels, parameters });
        },
      ),
      { numRuns: 150 },
    ),

  'follows algorithm 1 whatever it is answered': (attack) =>
    fc.assert(
      fc.asyncProperty(
        scriptedAnswers(30, 6),
        fc.constantFrom(...attack.norms),
        fc.constantFrom(1 as const, 3 as const),
        async ({ classifier }, norm, channels) => {
          const image = Float32Array.of(0, 0.3, 0.5, 0.55, 0.9, 1);
          const parameters = { steps: 30, stepSize: 0.5, gamma: 0.2 };
          const goal = createGoal(0);
          const talk = {
            classifier: classifier(channels),
            image,
            goal,
            budget: { norm, epsilon: Infinity },
            parameters,
          };
          assertAlgorithm1(await conversation(attack, talk), { image, goal, norm, channels, parameters });
        },
      ),
      { numRuns: 150 },
    ),

  'comes within one percent of |f| / ‖w‖_q, and no nearer': (attack) =>
    fc.assert(
      fc.asyncProperty(
        boundaries,
        fc.constantFrom('l2' as const, 'linf' as const, 'l1' as const),
        fc.constantFrom(...goals),
        async ({ weights, image, reach }, norm, goal) => {
          const classifier = twoClasses(weights, image, reach * dualOf(weights)[norm]);
          const distance = await distanceOf(attack, norm, classifier, image, goal);
          assert.ok(distance >= reach * (1 - 1e-4), `${distance} < ${reach} in ${norm}`);
          assert.ok(distance <= reach * 1.01, `${distance} > ${reach} in ${norm}`);
        },
      ),
      { numRuns: 60 },
    ),

  'changes the fewest pixels there are, whatever room they have, but for one in few cases': async (attack) => {
    const cases = fc.sample(
      fc.record({
        channels: fc.constantFrom(1 as const, 3 as const),
        values: fc.array(fc.tuple(fc.integer({ min: -16, max: 16 }), fc.integer({ min: 2, max: 14 })), {
          minLength: 12,
          maxLength: 12,
        }),
        part: fc.double({ min: 0.05, max: 0.8, noNaN: true }),
        goal: fc.constantFrom(...goals),
      }),
      { numRuns: 60, seed: 3 },
    );
    let least = 0;
    for (const { channels, values, part, goal } of cases) {
      const weights = values.map(([w]) => w / 8);
      const image = Float32Array.from(values, ([, v]) => v / 16);
      const most = weights.reduce(
        (sum, w, i) => sum + (w > 0 ? w * (image[i] as number) : -w * (1 - (image[i] as number))),
        0,
      );
      const distance = await distanceOf(attack, 'l0', twoClasses(weights, image, part * most, channels), image, goal);
      const fewest = fewestPixels(weights, image, part * most, channels);
      assert.ok(distance >= fewest && distance <= fewest + 1, `${distance} where ${fewest} are enough`);
      if (distance === fewest) least++;
    }
    assert.ok(least >= 55, `${least} of 60`);
  },

  'makes no step where the gradient is zero or not finite': async (attack) => {
    for (const derivative of [0, NaN, Infinity]) {
      for (const norm of attack.norms) {
        const flat = linearClassifier(
          [
            [0, 0],
            [0, 0],
          ],
          [1, 0],
          { height: 1, width: 2, channels: 1 },
        );
        const classifier: typeof flat = {
          ...flat,
          async pullback() {
            return {
              logits: [Float32Array.of(1, 0)],
              values: [[-1]],
              gradients: [[Float32Array.of(derivative, derivative)]],
            };
          },
        };
        const image = Float32Array.of(0.25, 1);
        const talk = {
          classifier,
          image,
          goal: createGoal(0),
          budget: { norm, epsilon: Infinity },
          parameters: { steps: 3 },
        };
        for (const point of pointsOf(await conversation(attack, talk), 'pullback'))
          assert.ok(point.every(Number.isFinite), 'point.every(Number.isFinite)');
      }
    }
  },

  ...withDefaults(invariants, { steps: 12 }),
};

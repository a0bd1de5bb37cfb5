import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { createGoal, type Goal, isReached } from '../../../../src/attacks/goal.ts';
import type { Checks } from '../../../support/checks.ts';
import { conversation, type Exchange } from '../../../support/conversation.ts';
import { invariants } from '../../../support/invariants.ts';
import { outcomesOf } from '../../../support/runs.ts';
import { scriptedAnswers } from '../../../support/scriptedAnswers.ts';
import { scenes } from '../../../support/subjects.ts';
import { withDefaults } from '../../../support/withDefaults.ts';
import { unrolledStep } from '../../geometry/adamChecks.ts';
import { fewestPixels, twoClasses } from './fmnChecks.ts';

interface Setting {
  readonly image: Float32Array;
  readonly goal: Goal;
  readonly channels: number;
  readonly parameters: { readonly steps: number; readonly sigma: number; readonly threshold: number };
}

/**
 * Asserts that every next point is algorithm 1's with steps of Adam, and with pixels for features, from what was
 * answered so far.
 */
function assertAlgorithm1(exchanges: readonly Exchange[], { image, goal, channels, parameters }: Setting): void {
  const { steps, sigma, threshold } = parameters;
  assert.equal(exchanges.length, steps + 1);
  assert.equal(exchanges.at(-1)?.query.kind, 'propose');
  const points = exchanges.map(({ query }) => query.points[0] as Float32Array);
  assert.deepEqual(points[0], image);
  const pixels = image.length / channels;
  const eta = (k: number) => 0.1 + 0.45 * (1 + Math.cos((k * Math.PI) / steps));
  const history: number[][] = [];
  let tau = threshold;
  for (const [k, { query, answers }] of exchanges.slice(0, -1).entries()) {
    assert.ok(query.kind === 'pullback', "query.kind === 'pullback'");
    assert.deepEqual(query.functionals, [[goal.margin]]);
    const adversarial = isReached(goal, answers[0]?.logits as Float32Array);
    const lead = answers[0]?.gradients?.[0] as Float32Array;
    const x = points[k] as Float32Array;
    tau = Math.min(Math.max(tau + (adversarial ? 0.01 : -0.01) * eta(k + 1), 0), 1);
    const delta = Array.from(x, (value, i) => value - (image[i] as number));
    const squares = Array.from({ length: pixels }, (_, pixel) =>
      delta.slice(pixel * channels, (pixel + 1) * channels).reduce((sum, d) => sum + d * d, 0),
    );
    const gradient = delta.map((d, i) => {
      const square = squares[Math.floor(i / channels)] as number;
      const count = (2 * d * sigma) / (square + sigma) ** 2 / pixels;
      return adversarial ? count : count - (lead[i] as number);
    });
    const largest = Math.max(...gradient.map(Math.abs));
    history.push(gradient.map((g) => (largest === 0 ? 0 : g / largest)));
    const stepped = Array.from(x, (value, i) => {
      const step = unrolledStep(
        history.map((row) => row[i] as number),
        eta(k),
      );
      return Math.min(Math.max(value + step, 0), 1);
    });
    const moved = stepped.map((value, i) => Math.abs(value - (image[i] as number)));
    for (let i = 0; i < image.length; i++) {
      const pixel = Math.floor(i / channels);
      const far = Math.max(...moved.slice(pixel * channels, (pixel + 1) * channels));
      // At the threshold itself rounding decides.
      if (Math.abs(far - tau) < 1e-6) continue;
      const expected = far < tau ? (image[i] as number) : (stepped[i] as number);
      const error = Math.abs(expected - (points[k + 1]?.[i] as number));
      assert.ok(error < 2e-6, `step ${k} is ${error} off at ${i}`);
    }
  }
}

/** What is known of σ-zero: algorithm 1, how few pixels it needs on linear classifiers, what it shares with all attacks. */
export const sigmaZeroChecks: Checks<AttackDefinition> = {
  'follows algorithm 1 on classifiers': (attack) =>
    fc.assert(
      fc.asyncProperty(
        scenes,
        fc.constantFrom(1e-3, 0.1),
        fc.constantFrom(0.3, 0.05),
        fc.integer({ min: 1, max: 30 }),
        async (scene, sigma, threshold, steps) => {
          const [subject] = scene.subjects;
          assert.ok(subject, 'subject');
          const classifier = scene.classifier(1);
          const parameters = { steps, sigma, threshold };
          const talk = { classifier, ...subject, budget: { norm: 'l0', epsilon: Infinity }, parameters } as const;
          const { channels } = classifier.input;
          assertAlgorithm1(await conversation(attack, talk), { ...subject, channels, parameters });
        },
      ),
      { numRuns: 150 },
    ),

  'follows algorithm 1 whatever it is answered': (attack) =>
    fc.assert(
      fc.asyncProperty(
        scriptedAnswers(30, 6),
        fc.constantFrom(1 as const, 3 as const),
        async ({ classifier }, channels) => {
          const image = Float32Array.of(0, 0.3, 0.5, 0.55, 0.9, 1);
          const parameters = { steps: 30, sigma: 0.01, threshold: 0.3 };
          const goal = createGoal(0);
          const budget = { norm: 'l0', epsilon: Infinity } as const;
          const talk = { classifier: classifier(channels), image, goal, budget, parameters };
          assertAlgorithm1(await conversation(attack, talk), { image, goal, channels, parameters });
        },
      ),
      { numRuns: 150 },
    ),

  'changes the fewest pixels there are, or one more, in 95 of 100 cases': async (attack) => {
    const cases = fc.sample(
      fc.record({
        channels: fc.constantFrom(1 as const, 3 as const),
        weights: fc.array(
          fc.integer({ min: -16, max: 16 }).map((w) => w / 8),
          { minLength: 12, maxLength: 12 },
        ),
        part: fc.double({ min: 0.05, max: 0.5, noNaN: true }),
        target: fc.constantFrom(undefined, 1),
      }),
      { numRuns: 100, seed: 3 },
    );
    let near = 0;
    for (const { channels, weights, part, target } of cases) {
      const image = new Float32Array(12).fill(0.5);
      const lead = part * weights.reduce((sum, w) => sum + Math.abs(w) / 2, 0);
      const run = { budget: { norm: 'l0', epsilon: Infinity }, stopAtSuccess: false } as const;
      const classifier = twoClasses(weights, image, lead, channels);
      const [outcome] = await outcomesOf(attack, { ...run, classifier }, [
        { image, goal: createGoal(0, target), seed: 1 },
      ]);
      const found = outcome?.best?.success ? outcome.best.norms.l0 : Infinity;
      const fewest = fewestPixels(weights, image, lead, channels);
      assert.ok(found >= fewest, 'found >= fewest');
      if (found <= fewest + 1) near++;
    }
    assert.ok(near >= 95, `${near} of 100`);
  },

  ...withDefaults(invariants, { steps: 12 }),
};

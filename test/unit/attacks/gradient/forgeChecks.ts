import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { createGoal } from '../../../../src/attacks/goal.ts';
import { completeParameters } from '../../../../src/parameters/complete.ts';
import type { Checks } from '../../../support/checks.ts';
import { clip, sameBits } from '../../../support/closedForms.ts';
import { conversation, pointsOf } from '../../../support/conversation.ts';
import { invariants } from '../../../support/invariants.ts';
import { linearClassifier } from '../../../support/linearClassifier.ts';
import { scriptedClassifier } from '../../../support/scriptedClassifier.ts';

const budget = { norm: 'l2', epsilon: Infinity } as const;
const three = (item: fc.Arbitrary<number>) => fc.array(item, { minLength: 3, maxLength: 3 });
const weight = fc.integer({ min: -20, max: 20 }).map((k) => k / 8);
const shape = (width: number) => ({ height: 1, width, channels: 1 }) as const;

/** Class 1 has the logit ⟨w, x⟩ + b, class 0 has zero. */
const twoClasses = (w: readonly number[], bias: number) =>
  linearClassifier([w.map(() => 0), w], [0, bias], shape(w.length));

/** The derivative of the distance between prediction and class 1, worked out: (1 − p)², or 2 (1 − p) in l1. */
function slopeOf(loss: string, w: readonly number[], bias: number, x: ArrayLike<number>): number[] {
  const logit = w.reduce((sum, value, i) => sum + value * (x[i] as number), bias);
  const p = 1 / (1 + Math.exp(-logit));
  const outer = loss === 'l2' ? -2 * (1 - p) : -2;
  return w.map((value) => outer * p * (1 - p) * value);
}

/** What is known of the forging of images: its steps on a model of two classes, its starts, what all attacks share. */
export const forgeChecks: Checks<AttackDefinition> = {
  'descends the distance to the target, drawn to the image by the likeness, within the range': (attack) =>
    fc.assert(
      fc.asyncProperty(
        three(weight),
        weight,
        three(fc.integer({ min: 0, max: 64 }).map((k) => k / 64)),
        fc.record({
          loss: fc.constantFrom('l2', 'l1'),
          start: fc.constantFrom('image', 'noise'),
          likeness: fc.constantFrom(0, 0.05, 0.5),
          stepSize: fc.constantFrom(0.125, 1, 3),
          steps: fc.integer({ min: 1, max: 6 }),
        }),
        async (w, bias, values, parameters) => {
          const image = Float32Array.from(values);
          const talk = { classifier: twoClasses(w, bias), image, goal: createGoal(0, 1), budget, parameters };
          const exchanges = await conversation(attack, talk);
          assert.equal(exchanges.length, parameters.steps + 1);
          const way = [...pointsOf(exchanges, 'pullback'), ...pointsOf(exchanges, 'propose')];
          assert.equal(way.length, parameters.steps + 1);
          assert.equal(pointsOf(exchanges, 'propose').length, 1);
          for (const [t, x] of way.slice(0, -1).entries()) {
            const slope = slopeOf(parameters.loss, w, bias, x);
            const expected = Array.from(x, (value, i) => {
              const likeness = parameters.likeness * (value - (image[i] as number));
              return clip(value - parameters.stepSize * ((slope[i] as number) + likeness));
            });
            const error = Math.max(...expected.map((value, i) => Math.abs(value - (way[t + 1]?.[i] as number))));
            assert.ok(error < 2e-6, `step ${t} is ${error} off`);
          }
        },
      ),
      { numRuns: 150 },
    ),

  'starts at the image, with a likeness at noise unless told otherwise': async (attack) => {
    const image = Float32Array.of(0.25, 0.5, 0.75);
    const first = async (parameters: object, seed = 1) => {
      const talk = { classifier: twoClasses([1, 2, 3], 0), image, goal: createGoal(0, 1), budget, seed };
      const [start] = pointsOf(
        await conversation(attack, { ...talk, parameters: { steps: 1, ...parameters } }),
        'pullback',
      );
      return start as Float32Array;
    };
    sameBits(await first({}), image);
    sameBits(await first({ likeness: 0.05, start: 'image' }), image);
    assert.notDeepEqual(await first({ start: 'noise' }), image);
    sameBits(await first({ likeness: 0.05 }), await first({ start: 'noise' }));
    assert.notDeepEqual(await first({ start: 'noise' }), await first({ start: 'noise' }, 2));
  },

  'draws noise of mean 0.5 and standard deviation 0.3, cut to the range': async (attack) => {
    const size = 20_000;
    const zeros = new Array<number>(size).fill(0);
    const classifier = linearClassifier([zeros, zeros], [0, 0], shape(size));
    const image = new Float32Array(size);
    const talk = { classifier, image, goal: createGoal(0, 1), budget, parameters: { steps: 1, start: 'noise' } };
    const [noise] = pointsOf(await conversation(attack, talk), 'pullback');
    const share = (keep: (value: number) => boolean) => (noise ?? []).filter(keep).length / size;
    // Φ(−0.5 / 0.3), and Φ(−1): five standard errors of a share are below 0.02.
    for (const [found, expected] of [
      [share((value) => value === 0), 0.0478],
      [share((value) => value === 1), 0.0478],
      [share((value) => value < 0.2), 0.1587],
      [share((value) => value < 0.5), 0.5],
    ] as const) {
      assert.ok(Math.abs(found - expected) < 0.02, `${found} where ${expected} is expected`);
    }
  },

  'stays where a derivative is not finite': async (attack) => {
    const image = Float32Array.of(0.5, 0.25);
    const gradients = [
      [NaN, 0.125],
      [Infinity, -Infinity],
    ];
    const talk = { classifier: scriptedClassifier([0, 0], gradients), image, goal: createGoal(0, 1), budget };
    const exchanges = await conversation(attack, { ...talk, parameters: { steps: 2, stepSize: 1 } });
    sameBits(pointsOf(exchanges, 'propose')[0], [0.5, 0.125]);
  },

  'takes 200 steps of the gradient itself, the 1000 of the article with its preset': (attack) => {
    const common = { loss: 'l2', likeness: 0, start: 'image', stepSize: 1 };
    assert.deepEqual(completeParameters(attack, {}, 'quick', budget), { ...common, steps: 200 });
    assert.deepEqual(completeParameters(attack, {}, 'paper', budget), { ...common, steps: 1000 });
    const { start } = completeParameters(attack, { likeness: 0.05 }, 'paper', budget);
    assert.equal(start, 'noise');
  },

  // Last, since they take longest.
  ...invariants,
};

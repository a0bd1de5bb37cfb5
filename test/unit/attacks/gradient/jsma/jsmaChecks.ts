import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AttackDefinition } from '../../../../../src/attacks/attackDefinition.ts';
import { createGoal, isReached } from '../../../../../src/attacks/goal.ts';
import type { bestFeature, bestPair, Saliency } from '../../../../../src/attacks/gradient/jsma/saliency.ts';
import type { ImageShape } from '../../../../../src/data/image.ts';
import type { Checks } from '../../../../support/checks.ts';
import { conversation, pointsOf } from '../../../../support/conversation.ts';
import { invariants } from '../../../../support/invariants.ts';
import { linearClassifier } from '../../../../support/linearClassifier.ts';
import { withDefaults } from '../../../../support/withDefaults.ts';

/** Chooses features from ∂F_t and Σ_{j≠t} ∂F_j, both with the signs of the paper, and a domain. */
type Choose = (own: readonly number[], others: readonly number[], domain: readonly number[]) => number[] | undefined;

/** Algorithm 3 as it stands: every pair of the domain is looked at, in the order of the ranks of its features. */
export const everyPair: Choose = (own, others, domain) => {
  const finite = domain.filter((i) => Number.isFinite(own[i]) && Number.isFinite(others[i]));
  const ranked = finite.sort(
    (i, j) => (own[j] as number) - (own[i] as number) || (others[i] as number) - (others[j] as number) || i - j,
  );
  let [max, best] = [0, undefined as number[] | undefined];
  for (const [place, p] of ranked.entries()) {
    for (const q of ranked.slice(place + 1)) {
      const alpha = (own[p] as number) + (own[q] as number);
      const beta = (others[p] as number) + (others[q] as number);
      if (alpha > 0 && beta < 0 && -alpha * beta > max) [max, best] = [-alpha * beta, [p, q]];
    }
  }
  return best;
};

/** Equation 8 for every feature of the domain. */
export const everyFeature: Choose = (own, others, domain) => {
  let [max, best] = [0, undefined as number[] | undefined];
  for (const i of domain.filter((j) => Number.isFinite(own[j]) && Number.isFinite(others[j]))) {
    const [alpha, beta] = [own[i] as number, others[i] as number];
    const map = alpha < 0 || beta > 0 ? 0 : alpha * Math.abs(beta);
    if (map > max) [max, best] = [map, [i]];
  }
  return best;
};

/** The best pair and the best feature, from derivatives with the signs of the paper. */
export function chosenBy(choose: typeof bestPair | typeof bestFeature): Choose {
  return (own, others, domain) => {
    const saliency: Saliency = { gains: Float64Array.from(own), drops: Float64Array.from(others, (d) => -d) };
    const chosen = choose(saliency, Uint32Array.from(domain));
    return chosen && [...chosen];
  };
}

interface Case {
  readonly weights: readonly (readonly number[])[];
  readonly biases: readonly number[];
  readonly image: Float32Array;
  readonly target: number | undefined;
  readonly theta: number;
  readonly gamma: number;
}

/** Linear models whose derivatives have many ties, and images many of whose values are at an edge. */
const cases = fc
  .tuple(fc.integer({ min: 2, max: 4 }), fc.constantFrom(2, 5, 12, 30))
  .chain(([classes, size]): fc.Arbitrary<Case> => {
    const list = <T>(item: fc.Arbitrary<T>, length: number) => fc.array(item, { minLength: length, maxLength: length });
    const weight = fc.oneof(
      fc.integer({ min: -3, max: 3 }),
      fc.integer({ min: -40, max: 40 }).map((k) => k / 8),
    );
    const value = fc.oneof(
      fc.constantFrom(0, 1),
      fc.integer({ min: 0, max: 16 }).map((k) => k / 16),
    );
    return fc.record({
      weights: list(list(weight, size), classes),
      // Class 0 leads, by more or less.
      biases: fc.integer({ min: 0, max: 100 }).map((b) => Array.from({ length: classes }, (_, k) => (k === 0 ? b : 0))),
      image: list(value, size).map((values) => Float32Array.from(values)),
      target: fc.option(fc.integer({ min: 1, max: classes - 1 }), { nil: undefined }),
      theta: fc.constantFrom(1, 1, -1, -1, 0.25, -0.5),
      gamma: fc.constantFrom(0.1, 0.145, 0.3, 0.5, 1),
    });
  });

const shapeOf = (size: number): ImageShape => ({ height: 1, width: size, channels: 1 });

/** Algorithm 2: the points that the model is asked about, and the one that the features' limit leaves for the end. */
async function algorithm2(example: Case, choose: Choose, width: number) {
  const { weights, biases, theta, gamma, target } = example;
  const classifier = linearClassifier(weights, biases, shapeOf(example.image.length));
  const goal = createGoal(0, target);
  const t = target ?? 0;
  // Untargeted it is the label that is to fall: both derivatives change their sign. So they do where values are lowered.
  const sign = Math.sign(theta) * (target === undefined ? -1 : 1);
  const own = (weights[t] as number[]).map((weight) => sign * weight);
  const others = own.map((_, i) => sign * weights.reduce((sum, row, k) => sum + (k === t ? 0 : (row[i] as number)), 0));
  const asked: Float32Array[] = [];
  let x = example.image;
  for (let step = 0; step < Math.floor((gamma * x.length) / width + 1e-9); step++) {
    asked.push(x);
    const [logits] = await classifier.logits([x]);
    if (isReached(goal, logits as Float32Array)) return { asked, proposed: [] };
    const domain = [...x.keys()].filter((i) => (theta > 0 ? (x[i] as number) < 1 : (x[i] as number) > 0));
    const chosen = choose(own, others, domain);
    if (chosen === undefined) return { asked, proposed: [] };
    x = x.map((value, i) => (chosen.includes(i) ? Math.min(Math.max(value + theta, 0), 1) : value));
  }
  return { asked, proposed: [x] };
}

const talkOf = ({ weights, biases, image, target, theta, gamma }: Case) => ({
  classifier: linearClassifier(weights, biases, shapeOf(image.length)),
  image,
  goal: createGoal(0, target),
  budget: { norm: 'l0', epsilon: Infinity } as const,
  parameters: { theta, gamma },
});

/** What is known of an attack that follows the saliency map with `width` features a step. */
function saliencyChecks(choose: Choose, width: number): Checks<AttackDefinition> {
  return {
    // On small images Υ would leave nothing to do.
    ...withDefaults(invariants, { gamma: 1 }),

    'goes the way of algorithm 2 with the best features of all, and stops where it does': (attack) =>
      fc.assert(
        fc.asyncProperty(cases, async (example) => {
          const exchanges = await conversation(attack, talkOf(example));
          const expected = await algorithm2(example, choose, width);
          assert.deepEqual(pointsOf(exchanges, 'pullback'), expected.asked);
          assert.deepEqual(pointsOf(exchanges, 'propose'), expected.proposed);
          assert.deepEqual(pointsOf(exchanges, 'logits'), [example.image]);
        }),
        { numRuns: 300 },
      ),

    'asks for the derivatives of a logit and of the sum of the others, in one query': async (attack) => {
      const weights = [
        [1, 2],
        [2, -1],
        [0, -3],
      ];
      for (const target of [undefined, 2]) {
        const example = { weights, biases: [9, 0, 0], image: Float32Array.of(0, 0), target, theta: 1, gamma: 1 };
        const [, exchange] = await conversation(attack, talkOf(example));
        assert.ok(exchange?.query.kind === 'pullback', "exchange?.query.kind === 'pullback'");
        const [own, others] =
          target === undefined
            ? [
                [1, 0, 0],
                [0, 1, 1],
              ]
            : [
                [0, 0, 1],
                [1, 1, 0],
              ];
        assert.deepEqual(exchange.query.functionals, [
          [own, others].map((list) => ({
            kind: 'weights',
            output: 'logits',
            weights: Float32Array.from(list as number[]),
          })),
        ]);
      }
    },

    'stops where derivatives are zero or not finite, and paints nothing': async (attack) => {
      for (const derivative of [0, NaN, Infinity]) {
        const rows = [0, 1].map(() => [derivative, derivative, derivative]);
        const flat = linearClassifier(
          [
            [0, 0, 0],
            [0, 0, 0],
          ],
          [1, 0],
          shapeOf(3),
        );
        const classifier = {
          ...flat,
          async pullback() {
            return {
              logits: [Float32Array.of(1, 0)],
              values: [[0, 0]],
              gradients: [rows.map((row) => Float32Array.from(row))],
            };
          },
        };
        const talk = {
          ...talkOf({
            weights: [],
            biases: [],
            image: Float32Array.of(0, 0.5, 1),
            target: undefined,
            theta: 1,
            gamma: 1,
          }),
          classifier,
        };
        const exchanges = await conversation(attack, talk);
        assert.deepEqual(
          exchanges.map(({ query }) => query.kind),
          ['logits', 'pullback'],
        );
      }
    },
  };
}

export const jsmaChecks = saliencyChecks(everyPair, 2);
export const jsmaOnePixelChecks = saliencyChecks(everyFeature, 1);

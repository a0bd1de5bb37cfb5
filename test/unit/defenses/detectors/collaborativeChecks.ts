import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { DetectorDefinition } from '../../../../src/defenses/detectors/detectorDefinition.ts';
import type { DifferentiableClassifier } from '../../../../src/models/classifier.ts';
import { argmax, type Functional } from '../../../../src/models/functional.ts';
import type { Checks } from '../../../support/checks.ts';
import {
  type HeadedWeights,
  type HeadValues,
  headedClassifier,
  headValues,
} from '../../../support/headedClassifier.ts';
import { seedOf } from '../../../support/seedOf.ts';

type Collaborative = DetectorDefinition<object>;

const shape = { height: 1, width: 2, channels: 1 } as const;
/** Of central differences; the error is about its square. */
const step = 1e-4;

/** Distinct numbers, so that no two logits tie. */
const distinct = (length: number) =>
  fc
    .uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: length, maxLength: length })
    .map((list) => list.map((v) => v / 8));

/** Numbers that float32 has exactly. */
const eighths = fc.integer({ min: -16, max: 16 }).map((value) => value / 8);

const matrix = (rows: number, columns: number) =>
  fc.array(fc.array(eighths, { minLength: columns, maxLength: columns }), {
    minLength: rows,
    maxLength: rows,
  });

const classes = 4;
const networks: fc.Arbitrary<HeadedWeights> = fc.record({
  hidden: matrix(5, 2),
  label: matrix(classes, 5),
  auxiliary: matrix(classes, 5),
  lock: matrix(classes, classes),
});
const images = fc.array(
  fc.integer({ min: 1, max: 15 }).map((value) => value / 16),
  { minLength: 2, maxLength: 2 },
);
const classmaps = fc.array(fc.nat({ max: classes - 1 }), { minLength: classes, maxLength: classes });

const functionals = fc
  .tuple(fc.constantFrom('crossEntropy', 'margin', 'weights'), fc.nat({ max: classes - 1 }), matrix(1, classes))
  .map(
    ([kind, label, [weights]]): Functional =>
      kind === 'weights'
        ? { kind, output: 'logits', weights: Float32Array.from(weights as number[]), scale: -2 }
        : { kind: kind as 'margin', label, scale: 0.5 },
  );

/** A classifier that answers these logits and this second head, whatever the image. */
function answering(logits: readonly number[], auxiliary: readonly number[]): DifferentiableClassifier {
  const rows: Record<string, readonly number[]> = { logits, auxiliary };
  return {
    ...headedClassifier({ hidden: [[0, 0]], label: logits.map(() => [0]), auxiliary: [], lock: [] }, shape),
    async logits(batch) {
      return batch.map(() => Float32Array.from(logits));
    },
    async read(batch, names) {
      return {
        shapes: names.map(() => [logits.length]),
        values: batch.map(() => names.map((name) => Float32Array.from(rows[name] as number[]))),
      };
    },
  };
}

const bound = (collaborative: Collaborative, classmap: readonly number[], classifier: DifferentiableClassifier) =>
  collaborative.bind({ values: { classmap }, arrays: {} }, {}, classifier);

/** Whether values are in the same order at two places, and apart enough for float32. */
function isSmooth(before: readonly number[], after: readonly number[]): boolean {
  const order = before.map((_, k) => k).sort((a, b) => (before[b] as number) - (before[a] as number));
  return [before, after].every((values) =>
    order.slice(1).every((k, rank) => (values[order[rank] as number] as number) - (values[k] as number) > 1e-3),
  );
}

/** Asserts that a number is another one but for the rounding of float32. */
function assertClose(actual: number, expected: number): void {
  const error = Math.abs(actual - expected);
  assert.ok(error <= 1e-5 * Math.max(1, Math.abs(expected)), `${actual} is not ${expected}`);
}

/** Asserts that a gradient is that of a function, at an image around which it has one. */
function isGradientOf(gradient: Float32Array, f: (image: number[]) => number, image: readonly number[]): void {
  for (const [i, partial] of gradient.entries()) {
    const moved = (by: number) => f(image.with(i, (image[i] as number) + by));
    const slope = (moved(step) - moved(-step)) / (2 * step);
    assert.ok(Math.abs(partial - slope) < 1e-3 * Math.max(1, Math.abs(slope)), `${partial} is not ${slope}`);
  }
}

/** Whether no order of values turns near an image. */
function smoothAround(
  weights: HeadedWeights,
  image: readonly number[],
  read: (own: HeadValues) => readonly number[][],
): boolean {
  return [0, 1].every((i) =>
    [-step, step].every((by) => {
      const [here, there] = [image, image.with(i, (image[i] as number) + by)].map((at) =>
        read(headValues(weights, at)),
      );
      return here?.every((values, k) => isSmooth(values, there?.[k] as number[]));
    }),
  );
}

/** What is known of the detector of collaborative training, and of how attackers see its model. */
export const collaborativeChecks: Checks<Collaborative> = {
  'an image is rejected where its answers are no pair': (collaborative) =>
    fc.assert(
      fc.asyncProperty(distinct(classes), distinct(classes), classmaps, async (logits, auxiliary, classmap) => {
        const detector = await bound(collaborative, classmap, answering(logits, auxiliary));
        const [score] = await detector.score([Float32Array.of(0, 0)]);
        assert.equal((score as number) > 0, classmap[argmax(logits)] !== argmax(auxiliary));
      }),
      { numRuns: 200, endOnFailure: true },
    ),

  'the score is the lead over the partner': async (collaborative) => {
    const detector = await bound(collaborative, [2, 0, 1], answering([1, 5, 2], [1, 4, 2.5]));
    assert.deepEqual(await detector.score([Float32Array.of(0, 0), Float32Array.of(1, 1)]), [3, 3]);
  },

  'the gradient is that of the score': (collaborative) =>
    fc.assert(
      fc.asyncProperty(networks, images, classmaps, async (weights, pixels, classmap) => {
        const image = Float32Array.from(pixels);
        const at = Array.from(image);
        fc.pre(smoothAround(weights, at, ({ logits, auxiliary }) => [[...logits], [...auxiliary]]));
        const detector = await bound(collaborative, classmap, headedClassifier(weights, shape));
        const { scores, gradients } = await detector.pullback([image]);
        const scoreOf = (point: readonly number[]) => {
          const { logits, auxiliary } = headValues(weights, point);
          const partner = classmap[argmax(logits)] as number;
          return (auxiliary[argmax(auxiliary, partner)] as number) - (auxiliary[partner] as number);
        };
        assertClose(scores[0] as number, scoreOf(at));
        assert.deepEqual(await detector.score([image]), scores);
        isGradientOf(gradients[0] as Float32Array, scoreOf, at);
      }),
      { numRuns: 60, endOnFailure: true },
    ),

  'who does not know the defense sees the label head, before the lock': (collaborative) =>
    seesAs(collaborative, 'unaware', ({ label }) => label),

  'who knows it sees what decides, with the lock held still on the way back': (collaborative) =>
    seesAs(collaborative, 'adaptive', ({ label }, { lock }) => label.map((z, k) => z * (lock[k] as number))),
};

/**
 * Checks logits, values and gradients of a view.
 * @param visible the logits of the view near an image, whose gradient it gives: from the heads there, and at the image.
 */
function seesAs(
  collaborative: Collaborative,
  view: 'unaware' | 'adaptive',
  visible: (there: HeadValues, here: HeadValues) => readonly number[],
): Promise<void> {
  return Promise.resolve(
    fc.assert(
      fc.asyncProperty(networks, images, functionals, async (weights, pixels, functional) => {
        const image = Float32Array.from(pixels);
        const at = Array.from(image);
        const here = headValues(weights, at);
        fc.pre(smoothAround(weights, at, (there) => [[...visible(there, here)]]));
        const seen = collaborative.views?.[view](headedClassifier(weights, shape)) as DifferentiableClassifier;
        const [logits] = await seen.logits([image]);
        for (const [k, z] of visible(here, here).entries()) assertClose(logits?.[k] as number, z);
        assert.deepEqual((await seen.read([image], ['label', 'logits'])).values[0]?.[1], logits);

        const inside: Functional = { kind: 'weights', output: 'auxiliary', weights: Float32Array.of(1, -1, 2, 0.5) };
        const answer = await seen.pullback([image], [[functional, inside]]);
        assert.deepEqual(answer.logits[0], logits);
        const valueAt = (point: readonly number[]) =>
          seedOf(functional, [...visible(headValues(weights, point), here)]).value;
        const [[value, other]] = answer.values as [[number, number]];
        assertClose(value, valueAt(at));
        isGradientOf(answer.gradients[0]?.[0] as Float32Array, valueAt, at);
        const otherAt = (point: readonly number[]) =>
          headValues(weights, point).auxiliary.reduce((sum, v, k) => sum + v * (inside.weights[k] as number), 0);
        assertClose(other, otherAt(at));
        isGradientOf(answer.gradients[0]?.[1] as Float32Array, otherAt, at);
      }),
      { numRuns: 60, endOnFailure: true },
    ),
  );
}

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createGoal } from '../../../../src/attacks/goal.ts';
import type { Detector } from '../../../../src/defenses/detectors/detector.ts';
import type { GuardedVictim } from '../../../../src/defenses/guard/guardedVictim.ts';
import { argmax, type Functional, seed } from '../../../../src/models/functional.ts';
import type { Checks } from '../../../support/checks.ts';
import { linearClassifier } from '../../../support/linearClassifier.ts';
import { linearDetector } from '../../../support/linearDetector.ts';

const shape = { height: 1, width: 4, channels: 1 } as const;

/** Weights and biases in eighths, so that no sum is rounded. */
const eighths = (length: number) =>
  fc.array(
    fc.integer({ min: -16, max: 16 }).map((n) => n / 8),
    { minLength: length, maxLength: length },
  );

const guards = fc.record({
  weights: fc.array(eighths(4), { minLength: 3, maxLength: 3 }),
  biases: eighths(3),
  suspicion: eighths(4),
  threshold: fc.integer({ min: -8, max: 8 }).map((n) => n / 4),
  scale: fc.constantFrom(0.5, 1, 4),
  image: fc
    .array(fc.integer({ min: 0, max: 8 }), { minLength: 4, maxLength: 4 })
    .map((values) => Float32Array.from(values, (value) => value / 8)),
  label: fc.integer({ min: 0, max: 2 }),
});

type Guarding = typeof guards extends fc.Arbitrary<infer T> ? T : never;

/** What must hold of a classifier with its detector. */
export const guardedChecks: Checks<typeof GuardedVictim> = {
  async 'rejects where the score is above the threshold, and says what the model says'(Guarded) {
    await fc.assert(
      fc.asyncProperty(guards, async (guarding) => {
        const { classifier, detector, guarded, image } = made(Guarded, guarding);
        const [judgment] = await guarded.judge([image]);
        const [score] = await detector.score([image]);
        const [logits] = await classifier.logits([image]);
        assert.ok(judgment && score !== undefined, 'there is an answer');
        assert.deepEqual([judgment.logits, judgment.score], [logits, score]);
        assert.equal(judgment.rejected, score > guarding.threshold);
      }),
    );
  },

  async 'has another prediction than the label exactly where the image is misclassified and accepted'(Guarded) {
    await fc.assert(
      fc.asyncProperty(guards, async (guarding) => {
        const { guarded, image } = made(Guarded, guarding);
        const { label } = guarding;
        const [judgment] = await guarded.judge([image]);
        const [merged] = await mergedOf(guarded, [image], [label]);
        assert.ok(judgment && merged, 'there is an answer');
        const prediction = argmax(judgment.logits);
        const isThrough = prediction !== label && !judgment.rejected;
        assert.equal(argmax(merged) !== label, isThrough, `${judgment.logits} at ${judgment.score}`);
        if (isThrough) assert.equal(argmax(merged), prediction);
      }),
    );
  },

  async 'tells how far from rejection an image is, in spreads of clean scores'(Guarded) {
    const classifier = linearClassifier(
      [
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ],
      [1, 3],
      shape,
    );
    const guarded = new Guarded(classifier, linearDetector([0, 0, 0, 0], 10), { threshold: 4, scale: 2 });
    const [merged] = await mergedOf(guarded, [new Float32Array(4)], [0]);
    // 3 is the highest logit, and the score is 3 spreads above the threshold.
    assert.deepEqual(merged, Float32Array.of(6, 3));
  },

  async 'has the gradient of what it answers'(Guarded) {
    const step = 2 ** -10;
    await fc.assert(
      fc.asyncProperty(guards, fc.nat(), async (guarding, choice) => {
        const { guarded, image } = made(Guarded, guarding);
        const { label } = guarding;
        const functional = functionals[choice % functionals.length] as Functional;
        const valueAt = async (point: Float32Array) => {
          const [merged] = await mergedOf(guarded, [point], [label]);
          return amountOf(functional, merged as Float32Array);
        };
        // At a kink there is no gradient: everything that is compared must be apart by more than a step can change.
        const [merged] = await mergedOf(guarded, [image], [label]);
        const [judgment] = await guarded.judge([image]);
        assert.ok(merged && judgment, 'there is an answer');
        fc.pre(areApart([...judgment.logits], 0.02) && areApart([...merged], 0.02));
        fc.pre(Math.abs(judgment.score - guarding.threshold) > 0.02);
        const rejection = judgment.logits[argmax(judgment.logits)] as number;
        const excess = (judgment.score - guarding.threshold) / guarding.scale;
        fc.pre(Math.abs(rejection + excess - (judgment.logits[label] as number)) > 0.05);

        const [answer] = await guarded.answer([{ point: image, goal: createGoal(label), functionals: [functional] }]);
        assert.deepEqual(answer?.logits, merged);
        assert.ok(
          Math.abs((answer?.values?.[0] as number) - amountOf(functional, merged)) < 1e-5,
          'the value is right',
        );
        for (let i = 0; i < image.length; i++) {
          const [up, down] = [image.slice(), image.slice()];
          up[i] = (up[i] as number) + step;
          down[i] = (down[i] as number) - step;
          const slope = ((await valueAt(up)) - (await valueAt(down))) / (2 * step);
          const found = answer?.gradients?.[0]?.[i] as number;
          assert.ok(Math.abs(slope - found) < 2e-3 * Math.max(1, Math.abs(slope)), `${found} instead of ${slope}`);
        }
      }),
    );
  },

  async 'rejects an image whose score is no number'(Guarded) {
    const classifier = linearClassifier(
      [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
      ],
      [0, 1],
      shape,
    );
    const guarded = new Guarded(classifier, linearDetector([0, 0, 0, 0], Number.NaN), { threshold: 0, scale: 1 });
    const image = new Float32Array(4);
    assert.equal((await guarded.judge([image]))[0]?.rejected, true);
    assert.equal(argmax((await mergedOf(guarded, [image], [0]))[0] as Float32Array), 0);
  },

  async 'keeps images of a batch apart'(Guarded) {
    await fc.assert(
      fc.asyncProperty(guards, fc.integer({ min: 0, max: 2 }), async (guarding, other) => {
        const { classifier, image } = made(Guarded, guarding);
        const guarded = new Guarded(classifier, roundDetector, guarding);
        const second = image.map((value) => 1 - value);
        const own = [[functionals[0] as Functional], [functionals[1] as Functional]];
        const asks = [
          { point: image, goal: createGoal(guarding.label), functionals: own[0] as Functional[] },
          { point: second, goal: createGoal(other), functionals: own[1] as Functional[] },
        ];
        const together = await guarded.answer(asks);
        const alone = await guarded.answer(asks.slice(1));
        assert.deepEqual(together[1], alone[0]);
      }),
      { numRuns: 60 },
    );
  },
};

const functionals: readonly Functional[] = [
  { kind: 'crossEntropy', label: 0 },
  { kind: 'margin', label: 1, scale: -1 },
  { kind: 'weights', output: 'logits', weights: Float32Array.of(1, -2, 0.5), scale: 2 },
];

function amountOf(functional: Functional, logits: Float32Array): number {
  if (functional.kind !== 'weights') return seed(functional, logits).value;
  const { weights, scale = 1 } = functional;
  return scale * weights.reduce((sum, weight, i) => sum + weight * (logits[i] as number), 0);
}

/** The logits that attacks see who are after other classes than these labels. */
async function mergedOf(
  victim: GuardedVictim,
  points: readonly Float32Array[],
  labels: readonly number[],
): Promise<Float32Array[]> {
  const answers = await victim.answer(points.map((point, i) => ({ point, goal: createGoal(labels[i] as number) })));
  return answers.map(({ decision, logits = new Float32Array() }) => {
    assert.equal(decision, argmax(logits));
    return logits;
  });
}

/** score = Σ x²: its gradient differs from image to image. */
const roundDetector: Detector = {
  async score(images) {
    return images.map((image) => image.reduce((sum, value) => sum + value * value, 0));
  },
  async pullback(images) {
    return { scores: await this.score(images), gradients: images.map((image) => image.map((value) => 2 * value)) };
  },
};

function made(Guarded: typeof GuardedVictim, guarding: Guarding) {
  const { weights, biases, suspicion, threshold, scale, image } = guarding;
  const classifier = linearClassifier(weights, biases, shape);
  const detector = linearDetector(suspicion);
  return { classifier, detector, guarded: new Guarded(classifier, detector, { threshold, scale }), image };
}

function areApart(values: readonly number[], least: number): boolean {
  return values.every((a, i) => values.every((b, j) => i === j || Math.abs(a - b) > least));
}

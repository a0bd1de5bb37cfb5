import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { AttackDefinition } from '../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../src/attacks/catalog.ts';
import { createGoal } from '../../../src/attacks/goal.ts';
import type { Subject } from '../../../src/runner/conversation.ts';
import type { runAttack } from '../../../src/runner/runAttack.ts';
import type { Checks } from '../../support/checks.ts';
import { linearClassifier } from '../../support/linearClassifier.ts';
import { outcomesOf } from '../../support/runs.ts';
import { scenes } from '../../support/subjects.ts';
import { fickle, restless, toyAttack } from '../../support/toyAttack.ts';

const shape = { height: 1, width: 1, channels: 1 } as const;
const budget = { norm: 'linf', epsilon: 0.5 } as const;
const ifgsm = catalog.get('ifgsm') as AttackDefinition;

/** Class 1 wins above 0.5. */
const threshold = (batchSize?: number) => linearClassifier([[0], [1]], [0.5, 0], shape, batchSize);
const at = (value: number): Subject => ({ image: Float32Array.of(value), goal: createGoal(0), seed: 1 });

/** Asks for the logits of these points in turn. */
const asking = (...points: number[]) =>
  toyAttack('score-based', function* () {
    for (const point of points) yield { kind: 'logits', points: [Float32Array.of(point)] };
  });

const proposing = (...points: number[]) =>
  toyAttack('decision-based', function* () {
    yield { kind: 'propose', points: points.map((point) => Float32Array.of(point)) };
  });

/** What holds for whatever runs attacks. */
export const runnerChecks: Checks<typeof runAttack> = {
  async 'ends at the first success'(run) {
    const options = { classifier: threshold(), budget };
    const [outcome] = await outcomesOf(asking(0.45, 0.7, 0.6), options, [at(0.25)], run);
    assert.deepEqual(outcome?.best?.point, Float32Array.of(0.7));
    assert.equal(outcome?.queries.points, 2);
  },

  async 'goes on to the end, if so told, and keeps the nearest success'(run) {
    const options = { classifier: threshold(), budget, stopAtSuccess: false };
    const [outcome] = await outcomesOf(asking(0.45, 0.7, 0.6, 0.65), options, [at(0.25)], run);
    assert.deepEqual(outcome?.best?.point, Float32Array.of(0.6));
    assert.equal(outcome?.queries.points, 4);
  },

  async 'keeps the point that came closest to a success where there is none'(run) {
    const [outcome] = await outcomesOf(asking(0.3, 0.45, 0.4), { classifier: threshold(), budget }, [at(0.25)], run);
    assert.deepEqual(outcome?.best?.point, Float32Array.of(0.45));
    assert.equal(outcome?.best?.success, false);
  },

  async 'judges every point of a query before it stops'(run) {
    const options = { classifier: threshold(1), budget };
    const [outcome] = await outcomesOf(proposing(0.7, 0.6), options, [at(0.25)], run);
    assert.deepEqual(outcome?.best?.point, Float32Array.of(0.6));
  },

  async 'counts the points and gradients that were asked for'(run) {
    const options = { classifier: threshold(), budget: { norm: 'linf', epsilon: 1 / 64 } as const };
    const parameters = { steps: 7, stepSize: 1 / 64 };
    const [outcome] = await outcomesOf(ifgsm, { ...options, parameters }, [at(0.25)], run);
    assert.deepEqual(outcome?.queries, { points: 8, gradients: 7 });
  },

  async 'gives an attack nothing for points out of the budget or of the range, or that are no numbers'(run) {
    const steep = linearClassifier([[0], [1]], [0.3, 0], shape);
    const narrow = { norm: 'linf', epsilon: 0.25 } as const;
    for (const quantize of [false, true]) {
      const options = { classifier: steep, budget: narrow, quantize, stopAtSuccess: false };
      const [outside] = await outcomesOf(proposing(0.6, 1, 1.2, -0.2, Number.NaN), options, [at(0)], run);
      assert.equal(outside?.best, undefined);
      const [asked] = await outcomesOf(asking(0.6, 1, 1.2, -0.2), options, [at(0)], run);
      assert.equal(asked?.best, undefined);
      const [beyond] = await outcomesOf(proposing(1.1), options, [at(1)], run);
      assert.equal(beyond?.best, undefined);
    }
  },

  async 'does not take the original for an adversarial example, unless it is one'(run) {
    const options = { classifier: threshold(), budget };
    const [held] = await outcomesOf(asking(0.25), options, [at(0.25)], run);
    assert.equal(held?.best, undefined);
    const [fooled] = await outcomesOf(asking(0.75), options, [at(0.75)], run);
    assert.equal(fooled?.best?.success, true);
  },

  async 'on the grid: judges the gray level beside a point that succeeds off it'(run) {
    const image = { image: Float32Array.of(64 / 255), goal: createGoal(0), seed: 1 };
    const options = { classifier: threshold(), budget, quantize: true };
    // Level 128.4, beyond the threshold at 127.5, as is level 128.
    const [outcome] = await outcomesOf(asking(128.4 / 255), options, [image], run);
    assert.deepEqual(outcome?.best?.point, Float32Array.of(128 / 255));
    assert.equal(outcome?.best?.success, true);
    assert.equal(outcome?.queries.points, 2);
    // Level 127.4 is beyond a threshold at 127.2, but level 127 is not.
    const lower = linearClassifier([[0], [1]], [127.2 / 255, 0], shape);
    const [none] = await outcomesOf(asking(127.4 / 255), { ...options, classifier: lower }, [image], run);
    assert.equal(none?.best?.success, false);
  },

  async 'keeps a point as it was asked about, though the attack writes on'(run) {
    const overwriting = toyAttack('score-based', function* () {
      const point = Float32Array.of(0.6);
      yield { kind: 'propose', points: [point] };
      point.fill(0.3);
      yield { kind: 'logits', points: [point] };
      point.fill(0.2);
    });
    const [outcome] = await outcomesOf(overwriting, { classifier: threshold(), budget }, [at(0.25)], run);
    assert.deepEqual(outcome?.best?.point, Float32Array.of(0.6));
  },

  async 'keeps a point as it was asked about, though the attack writes on after the answer'(run) {
    const overwriting = toyAttack('score-based', function* () {
      const point = Float32Array.of(0.6);
      yield { kind: 'logits', points: [point] };
      point.fill(0.2);
    });
    const options = { classifier: threshold(), budget, stopAtSuccess: false };
    const [outcome] = await outcomesOf(overwriting, options, [at(0.25)], run);
    assert.deepEqual(outcome?.best?.point, Float32Array.of(0.6));
  },

  async 'attacks every image, though the attack asks nothing about most of them'(run) {
    const choosy = toyAttack('decision-based', function* ({ image }) {
      if (image[0] === 0) yield { kind: 'propose', points: [image] };
      yield { kind: 'decision', points: [] };
    });
    const subjects = Array.from({ length: 50 }, (_, i) => at(i === 49 ? 0 : 0.25));
    const outcomes = await outcomesOf(choosy, { classifier: threshold(2), budget }, subjects, run);
    assert.equal(outcomes.length, 50);
    assert.ok(outcomes[49]?.best, 'the last image has a candidate');
  },

  async 'attacks no image when there is none'(run) {
    assert.deepEqual(await outcomesOf(ifgsm, { classifier: threshold(), budget }, [], run), []);
  },

  async 'takes the earlier of equals, though others in a batch decide which is answered first'(run) {
    // One black pixel turned gray is as good as the other.
    const either = linearClassifier(
      [
        [0, 0],
        [1, 1],
      ],
      [0.25, 0],
      { height: 1, width: 2, channels: 1 },
    );
    const [first, second] = [Float32Array.of(0.5, 0), Float32Array.of(0, 0.5)];
    const undecided = toyAttack('white-box', function* ({ image, goal, random }) {
      yield { kind: 'propose', points: [first] };
      if (random.next() === firstDraw) yield { kind: 'pullback', points: [second], functionals: [[goal.loss]] };
      else yield { kind: 'logits', points: [image] };
    });
    const firstDraw = xoroshiro128plus(1).next();
    const subjects = [1, 2, 3, 4, 5].map((seed) => ({ image: new Float32Array(2), goal: createGoal(0), seed }));
    for (const company of [subjects.slice(0, 1), subjects]) {
      const [outcome] = await outcomesOf(undecided, { classifier: either, budget }, company, run);
      assert.deepEqual(outcome?.best?.point, first);
      assert.equal(outcome?.queries.gradients, 1);
    }
  },

  async 'fills every batch while images wait'(run) {
    const batchSize = fc.integer({ min: 1, max: 5 });
    const attack = fc.constantFrom(ifgsm, restless, fickle);
    const seeds = fc.array(fc.integer(), { minLength: 20, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(batchSize, attack, seeds, async (size, toRun, drawn) => {
        const model = threshold(size);
        const many = drawn.map((seed, i) => ({ ...at((i % 16) / 32), seed }));
        let started = 0;
        const counting: AttackDefinition = {
          ...toRun,
          run(attempt) {
            started++;
            return toRun.run(attempt);
          },
        };
        const batchesWhileWaiting: number[] = [];
        const seeing = (images: readonly unknown[]) => {
          assert.ok(images.length > 0 && images.length <= size, `a batch of ${images.length}`);
          if (started < many.length) batchesWhileWaiting.push(images.length);
        };
        const watched: typeof model = {
          ...model,
          logits: (images) => {
            seeing(images);
            return model.logits(images);
          },
          pullback: (images, functionals) => {
            seeing(images);
            return model.pullback(images, functionals);
          },
        };
        const parameters = toRun === ifgsm ? { steps: 4, stepSize: 0.02 } : {};
        await outcomesOf(counting, { classifier: watched, budget, parameters }, many, run);
        assert.ok(
          batchesWhileWaiting.every((length) => length === size),
          `batches of ${batchesWhileWaiting}`,
        );
      }),
      { numRuns: 40 },
    );
  },

  async 'asks for as many batches at a time as the victim takes, those ahead of the first only when full'(run) {
    const [size, concurrency] = [3, 2];
    const model = threshold(size);
    const flying: number[] = [];
    const flights: number[][] = [];
    const thoughtful: typeof model = {
      ...model,
      concurrency,
      async pullback(images, functionals) {
        flying.push(images.length);
        flights.push([...flying]);
        await nextTurn();
        flying.shift();
        return model.pullback(images, functionals);
      },
    };
    const parameters = { steps: 4, stepSize: 0.02 };
    for (const count of [20, 5]) {
      const many = Array.from({ length: count }, (_, seed) => ({ ...at(seed / 40), seed }));
      await outcomesOf(ifgsm, { classifier: thoughtful, budget, parameters }, many, run);
    }
    assert.equal(Math.max(...flights.map(({ length }) => length)), concurrency);
    assert.ok(
      flights.every(([, ...ahead]) => ahead.every((length) => length === size)),
      `batches at a time: ${JSON.stringify(flights)}`,
    );
  },

  async 'lets an attack that is behind catch up, so that it asks along with the others'(run) {
    // The first image is asked about in another way to begin with.
    const slow = toyAttack('white-box', function* ({ image, goal }) {
      for (let step = 0; step < 6; step++) {
        const isOther = image[0] === 0 && step < 3;
        if (isOther) yield { kind: 'pullback', points: [image], functionals: [[goal.margin]] };
        else yield { kind: 'logits', points: [image] };
      }
    });
    const batchesOf = async (size: number) => {
      const model = threshold(size);
      let batches = 0;
      const counted: typeof model = {
        ...model,
        logits: (images) => {
          batches++;
          return model.logits(images);
        },
        pullback: (images, functionals) => {
          batches++;
          return model.pullback(images, functionals);
        },
      };
      await outcomesOf(slow, { classifier: counted, budget }, [0, 0.1, 0.2, 0.3].map(at), run);
      return batches;
    };
    // Both ways three times, then the other twelve together.
    assert.equal(await batchesOf(4), 3 + 3 + 12 / 4);
    // Also where the others fill a batch.
    assert.equal(await batchesOf(3), 3 + 3 + 12 / 3);
  },

  async 'asks ahead of a batch for a full one alone, whoever is behind'(run) {
    const [size, concurrency] = [2, 2];
    const model = threshold(size);
    const flying: number[] = [];
    const ahead: number[] = [];
    const seeing = async (images: readonly unknown[]) => {
      if (flying.length > 0) ahead.push(images.length);
      flying.push(images.length);
      await nextTurn();
      flying.shift();
    };
    const thoughtful: typeof model = {
      ...model,
      concurrency,
      async logits(images) {
        await seeing(images);
        return model.logits(images);
      },
      async pullback(images, functionals) {
        await seeing(images);
        return model.pullback(images, functionals);
      },
    };
    // Three images are asked about in either way, so that one of each is left over.
    const either = toyAttack('white-box', function* ({ image, goal }) {
      const points = [image];
      if ((image[0] as number) < 0.25) yield { kind: 'pullback', points, functionals: [[goal.margin]] };
      else yield { kind: 'logits', points };
    });
    await outcomesOf(either, { classifier: thoughtful, budget }, [0, 0.1, 0.2, 0.3, 0.4, 0.45].map(at), run);
    assert.deepEqual(ahead, [size]);
  },

  async 'comes to the same for an image alone, in any order, at any batch size, however many at a time'(run) {
    const count = fc.integer({ min: 1, max: 9 });
    await fc.assert(
      fc.asyncProperty(scenes, count, fc.boolean(), count, async (scene, batchSize, quantize, concurrency) => {
        const runWith = (size: number, subjects: readonly Subject[]) =>
          outcomesOf(
            restless,
            {
              classifier: { ...scene.classifier(size), concurrency },
              budget: { norm: 'l2', epsilon: 0.5 },
              quantize,
              stopAtSuccess: false,
            },
            subjects,
            run,
          );
        const together = await runWith(batchSize, scene.subjects);
        for (const [index, subject] of scene.subjects.entries()) {
          const [alone] = await runWith(1, [subject]);
          assert.deepEqual({ ...alone, index }, together[index]);
        }
      }),
      { numRuns: 40 },
    );
  },

  async 'shows an attack no more than its threat model lets it see, whatever the victim answers'(run) {
    const seen: unknown[] = [];
    const curious = toyAttack('decision-based', function* () {
      seen.push(...(yield { kind: 'decision', points: [Float32Array.of(0.3), Float32Array.of(0.7)] }));
    });
    await outcomesOf(curious, { classifier: threshold(), budget, stopAtSuccess: false }, [at(0.25)], run);
    assert.deepEqual(seen, [{ decision: 0 }, { decision: 1 }]);
  },

  async 'is off the grid until it has ended where nothing bounds it, and then on it'(run) {
    const image = { image: Float32Array.of(64 / 255), goal: createGoal(0), seed: 1 };
    const nearest = { ...asking(128.4 / 255), fixedBudget: false };
    const unbounded = { norm: 'l2', epsilon: Infinity } as const;
    const options = { classifier: threshold(), budget: unbounded, quantize: true, stopAtSuccess: false };
    const [outcome] = await outcomesOf(nearest, options, [image], run);
    assert.deepEqual(outcome?.best?.point, Float32Array.of(128 / 255));
    assert.equal(outcome.best.success, true);
  },

  async 'keeps every point of a short attack where it is asked to'(run) {
    const recorded = { ...at(0.25), record: true };
    const [outcome] = await outcomesOf(asking(0.3, 0.4), { classifier: threshold(), budget }, [recorded], run);
    assert.deepEqual(
      outcome?.steps?.map(({ at, point }) => [at, point[0]]),
      [
        [0, Math.fround(0.3)],
        [1, Math.fround(0.4)],
      ],
    );
    const [bare] = await outcomesOf(asking(0.3, 0.4), { classifier: threshold(), budget }, [at(0.25)], run);
    assert.equal(bare?.steps, undefined);
  },
};

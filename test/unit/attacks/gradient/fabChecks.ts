import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { createGoal } from '../../../../src/attacks/goal.ts';
import { distances } from '../../../../src/geometry/norms.ts';
import { dualLength, gainOf, length, nearestInBox } from '../../../support/boxedHyperplane.ts';
import type { Checks } from '../../../support/checks.ts';
import { conversation, type Exchange, pointsOf } from '../../../support/conversation.ts';
import { invariants, settingsOf } from '../../../support/invariants.ts';
import { linearClassifier } from '../../../support/linearClassifier.ts';
import { outcomesOf } from '../../../support/runs.ts';
import { scenes } from '../../../support/subjects.ts';
import { assertAlgorithm1, type FabNorm } from './fabAlgorithm.ts';
import { farClassifiers, withGradients } from './nearestChecks.ts';

const norms = ['linf', 'l2', 'l1'] as const;
const form = fc.constantFrom('all-classes', 'targeted');
const unbounded = (norm: FabNorm) => ({ norm, epsilon: Infinity });

/** The classes that every gradient question is about, where it is about differences to the label. */
function classesAskedFor(exchanges: readonly Exchange[]): number[][] {
  return exchanges.flatMap(({ query }) => {
    if (query.kind !== 'pullback') return [];
    const [functionals = []] = query.functionals;
    return [
      functionals.map((functional) => {
        assert.ok(functional.kind === 'weights' && functional.output === 'logits', `it asks for ${functional.kind}`);
        assert.equal(functional.scale, undefined);
        const { weights } = functional;
        assert.deepEqual(weights, new Float32Array(weights.length).with(weights.indexOf(1), 1).with(0, -1));
        return weights.indexOf(1);
      }),
    ];
  });
}

/** What is known of FAB: algorithm 1, the nearest points of linear classifiers, and what it shares with all attacks. */
export const fabChecks: Checks<AttackDefinition> = {
  'comes to |f| / ‖w‖ of the nearest boundary of a linear classifier': (attack) =>
    fc.assert(
      fc.asyncProperty(farClassifiers, fc.constantFrom(...norms), form, async (far, norm, of) => {
        const { classifier, image, nearest } = far(norm);
        const run = { classifier, budget: unbounded(norm), parameters: { form: of }, stopAtSuccess: false };
        const [outcome] = await outcomesOf(attack, run, [{ image, goal: createGoal(0), seed: 1 }]);
        assert.ok(outcome?.best?.success, 'nothing is found');
        const ratio = outcome.best.norms[norm] / nearest.distance;
        assert.ok(Math.abs(ratio - 1) < 1e-3, `${ratio} times as far`);
      }),
      { numRuns: 40 },
    ),

  'comes to the nearest point in the range where the boundary is only just in it': (attack) =>
    fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(
            fc.oneof(fc.constantFrom(0, 1), fc.double({ min: 0, max: 1, noNaN: true })),
            fc.double({ min: 0.1, max: 2, noNaN: true }),
            fc.boolean(),
          ),
          { minLength: 3, maxLength: 8 },
        ),
        fc.double({ min: 0.05, max: 0.9, noNaN: true }),
        fc.constantFrom(...norms),
        async (pixels, part, norm) => {
          const image = Float32Array.from(pixels, ([value]) => value);
          const w = pixels.map(([, size, negative]) => (negative ? -size : size));
          const reach = w.reduce(
            (sum, weight, i) =>
              sum + (weight > 0 ? weight * (1 - (image[i] as number)) : -weight * (image[i] as number)),
            0,
          );
          fc.pre(reach > 0.05);
          const needed = part * reach;
          const input = { height: 1, width: w.length, channels: 1 } as const;
          const classifier = linearClassifier(
            [w.map(() => 0), w],
            [
              0,
              -needed -
                gainOf(
                  w,
                  image,
                  image.map(() => 0),
                ),
            ],
            input,
          );
          const run = { classifier, budget: unbounded(norm), stopAtSuccess: false };
          const [outcome] = await outcomesOf(attack, run, [{ image, goal: createGoal(0), seed: 1 }]);
          const z = nearestInBox(image, w, needed, norm);
          const exact = length(
            z.map((value, i) => value - (image[i] as number)),
            norm,
          );
          assert.ok(outcome?.best?.success, 'nothing is found');
          const ratio = outcome.best.norms[norm] / exact;
          assert.ok(ratio > 1 - 1e-4 && ratio < 1.01, `${ratio} times as far`);
        },
      ),
      { numRuns: 60 },
    ),

  'follows algorithm 1 on classifiers': (attack) =>
    fc.assert(
      fc.asyncProperty(
        scenes,
        settingsOf(attack),
        fc.integer({ min: 1, max: 12 }),
        async (scene, { budget }, steps) => {
          const [subject] = scene.subjects;
          assert.ok(subject, 'a scene has subjects');
          const talk = {
            classifier: scene.classifier(1),
            ...subject,
            budget,
            parameters: { steps, form: 'all-classes' },
          };
          const exchanges = await conversation(attack, talk);
          assertAlgorithm1(exchanges, subject.image, subject.goal, budget.norm as FabNorm, steps);
        },
      ),
      { numRuns: 150 },
    ),

  'is never worse with more steps, its last search aside': (attack) =>
    fc.assert(
      fc.asyncProperty(scenes, settingsOf(attack), fc.integer({ min: 1, max: 8 }), async (scene, setting, steps) => {
        const [subject] = scene.subjects;
        assert.ok(subject, 'a scene has subjects');
        const { budget } = setting;
        const norm = budget.norm as FabNorm;
        const run = { classifier: scene.classifier(1), budget, stopAtSuccess: false };
        const talk = { classifier: run.classifier, ...subject, budget, parameters: { steps, form: 'all-classes' } };
        const before = assertAlgorithm1(await conversation(attack, talk), subject.image, subject.goal, norm, steps);
        const [more] = await outcomesOf(attack, { ...run, parameters: { steps: steps + 7, form: 'all-classes' } }, [
          subject,
        ]);
        const after = more?.best?.success ? more.best.norms[norm] : Infinity;
        assert.ok(after <= before, `${after} > ${before}`);
      }),
      { numRuns: 40 },
    ),

  'is never worse with more restarts': (attack) =>
    fc.assert(
      fc.asyncProperty(
        scenes,
        settingsOf(attack),
        form,
        fc.integer({ min: 1, max: 3 }),
        async (scene, setting, of, n) => {
          const { norm } = setting.budget;
          const distancesWith = async (restarts: number) => {
            const parameters = {
              steps: 4,
              restarts,
              form: scene.subjects[0]?.goal.target === undefined ? 'all-classes' : of,
            };
            const run = { ...setting, quantize: false, parameters, classifier: scene.classifier(4) };
            return (await outcomesOf(attack, run, scene.subjects)).map(({ best }) =>
              best?.success ? best.norms[norm] : Infinity,
            );
          };
          const more = await distancesWith(n + 2);
          for (const [i, few] of (await distancesWith(n)).entries()) {
            assert.ok((more[i] as number) <= few, `${more[i]} > ${few}`);
          }
        },
      ),
      { numRuns: 20 },
    ),

  'starts at the image, then at random points half the best distance away, or half of ε if that is less': async (
    attack,
  ) => {
    const size = 100;
    const shape = { height: 10, width: 10, channels: 1 } as const;
    const image = new Float32Array(size).fill(0.5);
    const far = linearClassifier(
      [image.map(() => 0), image.map((_, i) => i % 2)].map((row) => [...row]),
      [1e3, 0],
      shape,
    );
    const near = linearClassifier(
      [image.map(() => 0), image.map((_, i) => (i % 2) - 0.5)].map((row) => [...row]),
      [0.01, 0],
      shape,
    );
    const goal = createGoal(0);
    for (const [norm, usual] of [
      ['linf', 0.3],
      ['l2', 1],
      ['l1', 5],
    ] as const) {
      const startsOf = async (classifier: typeof far, epsilon: number, seed = 1) => {
        const parameters = { steps: 3, restarts: 3 };
        const talk = { classifier, image, goal, budget: { norm, epsilon }, parameters, seed };
        const points = pointsOf(await conversation(attack, talk), 'pullback');
        assert.equal(points.length, 9);
        assert.deepEqual(points[0], image);
        return [points[3], points[6]] as Float32Array[];
      };
      const radius = (start: Float32Array) => distances(image, start, 1)[norm];
      const seen = new Set<string>();
      for (const epsilon of [Infinity, 0.1]) {
        for (const seed of [1, 2]) {
          for (const start of await startsOf(far, epsilon, seed)) {
            assert.ok(Math.abs(radius(start) / (Math.min(epsilon, usual) / 2) - 1) < 1e-4, `${radius(start)} away`);
            assert.ok(epsilon === 0.1 || !seen.has(String(start)), 'two starts are the same');
            seen.add(String(start));
          }
        }
      }
      // The nearest point is 0.01 / ‖w‖ away.
      const distance =
        0.01 /
        dualLength(
          image.map(() => 0.5),
          norm,
        );
      for (const start of await startsOf(near, Infinity))
        assert.ok(Math.abs(radius(start) / (distance / 2) - 1) < 1e-2, `${radius(start)} away`);
    }
  },

  'does not leave the range at its starts': async (attack) => {
    const image = Float32Array.of(0.01, 0.99);
    const classifier = linearClassifier(
      [
        [0, 0],
        [1, 1],
      ],
      [1e3, 0],
      { height: 1, width: 2, channels: 1 },
    );
    for (const norm of norms) {
      const talk = {
        classifier,
        image,
        goal: createGoal(0),
        budget: unbounded(norm),
        parameters: { restarts: 6, steps: 1, form: 'all-classes' },
      };
      for (const point of pointsOf(await conversation(attack, talk), 'pullback')) {
        assert.ok(Math.min(...point) >= 0 && Math.max(...point) <= 1, `it starts at ${point}`);
      }
    }
  },

  'goes to all classes at once, or to the nine likeliest in turn': async (attack) => {
    const weights = Array.from({ length: 12 }, (_, k) => [0.01 * k, 0.01]);
    // Of the others the even ones are likelier than the odd ones.
    const biases = Array.from({ length: 12 }, (_, k) => (k === 0 ? 100 : k % 2 === 0 ? 50 - k : 20 - k));
    const classifier = linearClassifier(weights, biases, { height: 1, width: 2, channels: 1 });
    const talk = { classifier, image: Float32Array.of(0.5, 0.5), goal: createGoal(0), budget: unbounded('l2') };
    const asked = async (of: string, restarts = 1) =>
      classesAskedFor(await conversation(attack, { ...talk, parameters: { steps: 1, restarts, form: of } }));
    const others = [2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11];
    assert.deepEqual(
      (await asked('all-classes')).map((list) => list.toSorted((a, b) => a - b)),
      [others.toSorted((a, b) => a - b)],
    );
    const nine = others.slice(0, 9).map((k) => [k]);
    assert.deepEqual(await asked('targeted'), nine);
    assert.deepEqual(
      await asked('targeted', 2),
      nine.flatMap((k) => [k, k]),
    );
  },

  'with a target looks at nothing but its lead': async (attack) => {
    const classifier = linearClassifier(
      [
        [0, 0],
        [4, 0],
        [0, 2],
      ],
      [0, -2.2, -1.2],
      { height: 1, width: 2, channels: 1 },
    );
    const goal = createGoal(0, 2);
    for (const of of ['all-classes', 'targeted']) {
      const talk = {
        classifier,
        image: Float32Array.of(0.5, 0.5),
        goal,
        budget: unbounded('l2'),
        parameters: { form: of },
      };
      const exchanges = await conversation(attack, talk);
      for (const { query } of exchanges)
        if (query.kind === 'pullback') assert.deepEqual(query.functionals, [[goal.margin]]);
      const [outcome] = await outcomesOf(attack, { ...talk, stopAtSuccess: false }, [{ ...talk, seed: 1 }]);
      const distance = outcome?.best?.success ? outcome.best.norms.l2 : Infinity;
      assert.ok(Math.abs(distance / 0.1 - 1) < 1e-3, `${distance} away`);
    }
  },

  'walks on outside of a budget that is given': async (attack) => {
    const classifier = linearClassifier([[0], [1]], [0, -0.75], { height: 1, width: 1, channels: 1 });
    const talk = {
      classifier,
      image: Float32Array.of(0.5),
      goal: createGoal(0),
      budget: { norm: 'linf', epsilon: 0.1 },
    } as const;
    const points = pointsOf(await conversation(attack, talk), 'logits');
    assert.ok(Math.max(...points.map(([value]) => value as number)) > 0.75, 'it stays within the budget');
  },

  'passes over classes without a gradient, and ends where there is none': async (attack) => {
    for (const norm of norms) {
      for (const masked of [Float32Array.of(0, 0), Float32Array.of(Number.NaN, 1), Float32Array.of(Infinity, -1)]) {
        const talk = {
          image: Float32Array.of(0.5, 0.5),
          goal: createGoal(0),
          budget: unbounded(norm),
          parameters: { steps: 4, form: 'all-classes' },
        };
        const stuck = withGradients([4, 2, 1], [masked, masked]);
        const kinds = (await conversation(attack, { ...talk, classifier: stuck })).map(({ query }) => query.kind);
        assert.deepEqual(kinds, ['logits', 'pullback']);
        const other = withGradients([4, 3, 1], [masked, Float32Array.of(10, 0)]);
        const points = pointsOf(await conversation(attack, { ...talk, classifier: other }), 'logits');
        assert.equal(points.length, 5);
        assert.ok(
          points.every((point) => point.every(Number.isFinite) && point[1] === 0.5),
          `it goes to ${points.at(-1)}`,
        );
      }
    }
  },

  ...invariants,
};

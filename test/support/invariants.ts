import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AttackDefinition } from '../../src/attacks/attackDefinition.ts';
import { isReached } from '../../src/attacks/goal.ts';
import { isOnGrid } from '../../src/data/grid.ts';
import { distances, type Norm } from '../../src/geometry/norms.ts';
import type { Outcome } from '../../src/runner/conversation.ts';
import type { Checks } from './checks.ts';
import { outcomesOf, type Run } from './runs.ts';
import { type Scene, scenes } from './subjects.ts';

/** How an attack is run, but for the classifier. */
export type Setting = Omit<Run, 'classifier'> & { readonly quantize: boolean; readonly stopAtSuccess: boolean };

/** Settings with one of the norms that the attack knows, and with a budget if it needs one. */
export const settingsOf = ({ norms, fixedBudget }: AttackDefinition): fc.Arbitrary<Setting> =>
  fixedBudget ? withinBudget(norms) : toTheNearest(norms);

const toTheNearest = (norms: readonly Norm[]): fc.Arbitrary<Setting> =>
  fc
    .record({ norm: fc.constantFrom(...norms), quantize: fc.boolean() })
    .map(({ norm, quantize }) => ({ budget: { norm, epsilon: Infinity }, quantize, stopAtSuccess: false }));

// Mostly small budgets: they are where rounding hurts.
const lengths = fc.oneof(fc.constantFrom(1 / 255, 2 / 255, 8 / 255), fc.double({ min: 4e-3, max: 1.5, noNaN: true }));
const pixels = fc.integer({ min: 1, max: 3 });

const withinBudget = (norms: readonly Norm[]): fc.Arbitrary<Setting> =>
  fc
    .record({
      // Attacks that know other norms as well have checks of their own in l0.
      norm: fc.constantFrom(...(norms.length > 1 ? norms.filter((norm) => norm !== 'l0') : norms)),
      epsilon: norms.length === 1 && norms[0] === 'l0' ? pixels : lengths,
      quantize: fc.boolean(),
      stopAtSuccess: fc.boolean(),
    })
    .map(({ norm, epsilon, ...rest }) => ({ ...rest, budget: { norm, epsilon } }));

/** Asserts of every outcome on random classifiers, images, goals and budgets. */
function always(assertion: (outcome: Outcome, scene: Scene, setting: Setting) => void | Promise<void>, numRuns = 40) {
  return (attack: AttackDefinition) =>
    fc.assert(
      fc.asyncProperty(scenes, settingsOf(attack), async (scene, setting) => {
        const outcomes = await outcomesOf(attack, { ...setting, classifier: scene.classifier(4) }, scene.subjects);
        assert.equal(outcomes.length, scene.subjects.length);
        for (const outcome of outcomes) await assertion(outcome, scene, setting);
      }),
      { numRuns },
    );
}

/** What holds for what any attack comes to. */
export const invariants: Checks<AttackDefinition> = {
  'stays within the budget and the range, and on the grid where asked to': always(({ index, best }, scene, setting) => {
    if (best === undefined) return;
    const { norm, epsilon } = setting.budget;
    const { point } = best;
    const image = scene.subjects[index]?.image as Float32Array;
    const sizes = distances(image, point, scene.classifier(1).input.channels);
    // float32 pixels are that far off, at most.
    assert.ok(sizes[norm] <= epsilon + 1e-6, `${sizes[norm]} > ${epsilon}`);
    assert.deepEqual(best.norms, sizes);
    // With a message: without one Node reads the source anew to make it, which takes a minute.
    assert.ok(
      point.every((value) => value >= 0 && value <= 1),
      'it leaves the range',
    );
    if (setting.quantize) assert.ok(isOnGrid(point), 'it is off the grid');
  }),

  'tells success by what the model says of the very pixels it returns': always(async ({ index, best }, scene) => {
    if (best === undefined) return;
    const [logits] = await scene.classifier(1).logits([best.point]);
    assert.deepEqual(best.logits, logits);
    const goal = scene.subjects[index]?.goal;
    assert.equal(best.success, goal && isReached(goal, logits as Float32Array));
  }),

  'leaves the images as they were': (attack) =>
    fc.assert(
      fc.asyncProperty(scenes, settingsOf(attack), async ({ classifier, subjects }, setting) => {
        const before = subjects.map(({ image }) => image.slice());
        await outcomesOf(attack, { ...setting, classifier: classifier(4) }, subjects);
        assert.deepEqual(
          subjects.map(({ image }) => image),
          before,
        );
      }),
      { numRuns: 10 },
    ),

  'comes to the same for an image alone, in any order, at any batch size': (attack) =>
    fc.assert(
      fc.asyncProperty(
        scenes,
        settingsOf(attack),
        fc.integer({ min: 1, max: 9 }),
        async (scene, setting, batchSize) => {
          const run = (size: number, subjects: Scene['subjects']) =>
            outcomesOf(attack, { ...setting, classifier: scene.classifier(size) }, subjects);
          const together = await run(batchSize, scene.subjects);
          const backward = await run(4, scene.subjects.toReversed());
          const alone = await Promise.all(scene.subjects.map((subject) => run(1, [subject])));
          const last = scene.subjects.length - 1;
          for (const [index, outcome] of together.entries()) {
            assert.deepEqual({ ...backward[last - index], index }, outcome);
            assert.deepEqual({ ...alone[index]?.[0], index }, outcome);
          }
        },
      ),
      { numRuns: 30 },
    ),
};

/** What holds for attacks within a budget: there is always a point to show. */
export const budgetInvariants: Checks<AttackDefinition> = {
  ...invariants,

  'finds a candidate for every image, however small the budget': always((outcome) => {
    assert.ok(outcome.best, 'there is no candidate');
  }),
};

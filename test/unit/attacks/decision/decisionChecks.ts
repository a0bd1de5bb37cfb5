import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { createGoal } from '../../../../src/attacks/goal.ts';
import { isOnGrid, valueAt } from '../../../../src/data/grid.ts';
import type { Norm } from '../../../../src/geometry/norms.ts';
import { argmax } from '../../../../src/models/functional.ts';
import { configureAttack } from '../../../../src/runner/configuredAttack.ts';
import type { Outcome } from '../../../../src/runner/conversation.ts';
import { outcomesOf } from '../../../../src/runner/runAttack.ts';
import type { Ask, Victim } from '../../../../src/runner/victim.ts';
import { dualLength } from '../../../support/boxedHyperplane.ts';
import type { Checks } from '../../../support/checks.ts';
import { linearClassifier } from '../../../support/linearClassifier.ts';

const shape = { height: 4, width: 4, channels: 1 } as const;
/** Signs that no row or block has alike, and different sizes. */
const w = Array.from({ length: 16 }, (_, i) => (((5 * i) % 7) - 2.5) * (i % 3 === 0 ? -1 : 1));
const image = new Float32Array(16).fill(valueAt(120));
const gray = w.reduce((sum, weight) => sum + weight * valueAt(120), 0);
/** A point far on the side of w, and one on the other side. */
const sideOf = (side: number) => Float32Array.from(w, (weight) => (side * weight > 0 ? 1 : 0));
const [ahead, behind] = [sideOf(1), sideOf(-1)];
/** The distances to the boundary on either side, in every norm. */
const [near, far] = [0.08, 0.12];

/** The distances are in linf; in l2 they are twice as large. */
const inUnits = (norm: Norm) => (norm === 'l2' ? 2 : 1);

/** Class 0 around the image; class 1 beyond a hyperplane along w, and where a target is asked for class 2 the other way. */
function classifierIn(norm: Norm, classes: 2 | 3, beyond = far) {
  const reach = dualLength(w, norm as 'l2') * inUnits(norm);
  const rows = [w.map(() => 0), w, w.map((weight) => -weight)];
  const biases = [0, -gray - near * reach, gray - beyond * reach];
  return linearClassifier(rows.slice(0, classes), biases.slice(0, classes), shape, 64);
}

/** Who gives predictions alone, with everything that they are asked. */
function labelsOnly(norm: Norm, count: 2 | 3, beyond?: number): Victim & { readonly asked: Ask[] } {
  const { input, classes, batchSize, logits } = classifierIn(norm, count, beyond);
  const asked: Ask[] = [];
  const judge = async (images: readonly Float32Array[]) =>
    (await logits(images)).map((row) => ({ decision: argmax(row) }));
  return {
    input,
    classes,
    batchSize,
    access: 'labels',
    asked,
    judge,
    answer(asks) {
      asked.push(...asks);
      return judge(asks.map(({ point }) => point));
    },
  };
}

interface Attack {
  readonly norm: Norm;
  readonly target?: number;
  readonly quantize?: boolean;
  readonly queries?: number;
  readonly starts?: readonly Float32Array[];
  /** How far class 2 is. */
  readonly beyond?: number;
  readonly from?: Float32Array;
}

const sides = [ahead, behind] as const;

async function attacked(definition: AttackDefinition, options: Attack): Promise<{ outcome: Outcome; asked: Ask[] }> {
  const { norm, target, quantize = false, queries = 2500, starts = [sides[target === 2 ? 1 : 0]] } = options;
  const victim = labelsOnly(norm, target === undefined ? 2 : 3, options.beyond);
  const attack = configureAttack(definition, { norm, quantize, parameters: {}, preset: 'quick', queries });
  const subject = { image: options.from ?? image, goal: createGoal(0, target), seed: 1, starts };
  const [outcome] = await outcomesOf({ victim, attack, definition, stopAtSuccess: false }, [subject]);
  return { outcome: outcome as Outcome, asked: victim.asked };
}

/** In each norm of the attack. */
function inEach(check: (definition: AttackDefinition, norm: Norm) => Promise<void>) {
  return async (definition: AttackDefinition) => {
    for (const norm of definition.norms) await check(definition, norm);
  };
}

function isAbout({ best }: Outcome, norm: Norm, distance: number, most = 1.05): void {
  assert.ok(best?.success, 'no example is found');
  const relative = best.norms[norm] / (distance * inUnits(norm));
  assert.ok(relative > 1 - 1e-4 && relative < most, `${relative} of the distance to the boundary in ${norm}`);
}

/** What holds for every attack that sees predictions alone. */
export const decisionChecks: Checks<AttackDefinition> = {
  'comes within 5% of the distance to a hyperplane': inEach(async (definition, norm) => {
    const { outcome } = await attacked(definition, { norm });
    isAbout(outcome, norm, near);
  }),

  'comes within 5% of the distance to the target, past a nearer class': inEach(async (definition, norm) => {
    const { outcome } = await attacked(definition, { norm, target: 2 });
    assert.equal(outcome.best?.decision, 2);
    isAbout(outcome, norm, far);
  }),

  'finds a point of the grid about as near': inEach(async (definition, norm) => {
    const { outcome } = await attacked(definition, { norm, quantize: true });
    assert.ok(isOnGrid(outcome.best?.point as Float32Array), 'it is off the grid');
    isAbout(outcome, norm, near, 1.15);
  }),

  'asks about no more points than it may, on the grid and off it, and about none twice': inEach(
    async (definition, norm) => {
      for (const queries of [1, 7, 150]) {
        for (const quantize of [false, true]) {
          const { outcome, asked } = await attacked(definition, { norm, queries, quantize });
          assert.ok(asked.length <= queries, `${asked.length} queries of ${queries}`);
          assert.equal(outcome.queries.points, asked.length);
          const different = new Set(asked.map(({ point }) => point.join()));
          assert.equal(different.size, asked.length, 'it asks twice');
          assert.ok(
            asked.every(({ point }) => point.every((value) => value >= 0 && value <= 1)),
            'it asks about points that are no images',
          );
        }
      }
    },
  ),

  'finds something within few queries, on the grid as well': inEach(async (definition, norm) => {
    const { outcome } = await attacked(definition, { norm, queries: 60, quantize: true });
    assert.ok(outcome.best?.success, 'no example is found');
  }),

  'gives up where no point is taken for the target': inEach(async (definition, norm) => {
    const { outcome } = await attacked(definition, { norm, target: 2, queries: 30, starts: [] });
    assert.ok(outcome.queries.points <= 30, 'it asks on');
  }),
};

/** What holds for those that walk along the boundary, from a point where the goal is reached. */
export const walkChecks: Checks<AttackDefinition> = {
  'starts at an image that is taken for the target where noise is not': inEach(async (definition, norm) => {
    const { outcome } = await attacked(definition, { norm, target: 2, beyond: norm === 'l2' ? 0.65 : 0.46 });
    assert.ok(outcome.best?.success, 'no example is found');
    const without = await attacked(definition, { norm, target: 2, beyond: norm === 'l2' ? 0.65 : 0.46, starts: [] });
    assert.equal(without.outcome.best?.success ?? false, false);
  }),

  'starts at the nearest of the images, at the price of few queries': inEach(async (definition, norm) => {
    // All values alike: in the direction in which the boundary is nearest in linf.
    const clear = image.map((value, i) => value + (ahead[i] === 1 ? 0.2 : -0.2));
    const { asked } = await attacked(definition, { norm, queries: 45, starts: [ahead, clear] });
    const l1 = w.reduce((sum, weight) => sum + Math.abs(weight), 0);
    const boundary = (near * dualLength(w, norm as 'l2') * inUnits(norm)) / l1;
    const isBeside = ({ point }: Ask) =>
      point.every((value, i) => {
        const change = (value - (image[i] as number)) * (ahead[i] === 1 ? 1 : -1);
        return Math.abs(change - boundary) < 0.05 * boundary;
      });
    assert.ok(asked.some(isBeside), 'it does not look for the boundary on the way to the nearer image');
  }),

  'spends its queries': inEach(async (definition, norm) => {
    const { asked } = await attacked(definition, { norm, queries: 1000 });
    assert.ok(asked.length > 980, `it leaves ${1000 - asked.length} of 1000 queries`);
  }),

  'needs no images where noise is taken for another class': inEach(async (definition, norm) => {
    const { outcome } = await attacked(definition, { norm, starts: [] });
    isAbout(outcome, norm, near);
  }),

  'asks about images alone, even beside black and white ones': inEach(async (definition, norm) => {
    const from = image.map((_, i) => (i % 2 === 0 ? 0 : 1));
    const { asked } = await attacked(definition, { norm, from, queries: 300 });
    assert.ok(asked.length > 100, 'it asks little');
    assert.ok(
      asked.every(({ point }) => point.every((value) => value >= 0 && value <= 1)),
      'it asks about points that are no images',
    );
  }),
};

import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../src/attacks/catalog.ts';
import { createGoal } from '../../../../src/attacks/goal.ts';
import type { Checks } from '../../../support/checks.ts';
import { conversation, pointsOf } from '../../../support/conversation.ts';
import { linearClassifier } from '../../../support/linearClassifier.ts';
import { outcomesOf } from '../../../support/runs.ts';
import { scoresOnly } from './searchScenes.ts';

const shape = { height: 1, width: 4, channels: 1 } as const;
const w = [3, -2, 2, -3];
/** Class 1 along w, class 2 the other way; class 0 in the middle. */
const classifier = linearClassifier([w.map(() => 0), w, w.map((weight) => -weight)], [0, -0.5, -1.1], shape);
const image = Float32Array.of(0.5, 0.5, 0.5, 0.5);

/** How an attack ends that is run on estimates, and on gradients. */
async function ends(definition: AttackDefinition, inner: string, norm: 'linf' | 'l2', target?: number) {
  const run = { budget: { norm, epsilon: 0.125 }, stopAtSuccess: false };
  const subject = { image, goal: createGoal(0, target), seed: 1 };
  const parameters = { attack: { attack: inner, parameters: {} }, samples: 100 };
  const [estimated] = await outcomesOf(definition, { ...run, classifier: scoresOnly(classifier), parameters }, [
    subject,
  ]);
  const [exact] = await outcomesOf(catalog.get(inner) as AttackDefinition, { ...run, classifier }, [subject]);
  return { estimated: estimated?.best, exact: exact?.best };
}

/** What holds for white-box attacks on estimated gradients. @param radius how far probes are, at most */
export const estimateChecks = (radius: number): Checks<AttackDefinition> => ({
  'ends where the attack would on gradients, for any class and for a target': async (definition) => {
    for (const target of [undefined, 2]) {
      const { estimated, exact } = await ends(definition, 'fgsm', 'linf', target);
      assert.deepEqual(estimated?.point, exact?.point);
    }
    // In l2 it goes along the gradient, not along its signs.
    const { estimated, exact } = await ends(definition, 'fgsm', 'l2');
    for (const [i, value] of exact?.point.entries() ?? []) {
      assert.ok(Math.abs(value - (estimated?.point[i] as number)) < 0.02, `${estimated?.point} for ${exact?.point}`);
    }
  },

  'finds what attacks that minimize the norm find': async (definition) => {
    const { estimated, exact } = await ends(definition, 'deepfool', 'l2');
    assert.equal(estimated?.success, true);
    const [distance, best] = [estimated?.norms.l2 as number, exact?.norms.l2 as number];
    assert.ok(distance < 1.1 * best, `${distance} where ${best} is enough`);
  },

  'asks about pairs of points on opposite sides, and about each point itself': async (definition) => {
    const talk = { classifier, image, goal: createGoal(0), budget: { norm: 'linf', epsilon: 0.125 } as const };
    const parameters = { attack: 'fgsm', samples: 7 };
    const points = pointsOf(await conversation(definition, { ...talk, parameters }), 'logits');
    assert.equal(points.length, 15);
    assert.deepEqual(points[0], image);
    for (let i = 1; i < 15; i += 2) {
      const [ahead, behind] = [points[i], points[i + 1]] as [Float32Array, Float32Array];
      for (const [k, value] of ahead.entries()) {
        assert.ok(Math.abs(value + (behind[k] as number) - 1) < 1e-6, 'they are not opposite');
        assert.ok(Math.abs(value - 0.5) <= radius, 'it is far away');
      }
    }
    assert.ok(new Set(points.map((point) => point.join())).size > 5, 'directions are alike');
  },

  'has as many queries as its cost says': async (definition) => {
    const parameters = { attack: { attack: 'pgd', parameters: { steps: 3, restarts: 2 } }, samples: 2 };
    const talk = { classifier, image, goal: createGoal(0), budget: { norm: 'linf', epsilon: 1e-3 } as const };
    const points = pointsOf(await conversation(definition, { ...talk, parameters }), 'logits');
    const model = { classes: 3, input: shape };
    const complete = { attack: { attack: 'pgd', parameters: { steps: 3, restarts: 2 } }, samples: 2, radius };
    assert.equal(points.length, definition.cost(complete, model));
  },

  'asks about images alone, and learns as much at the edge of the range': async (definition) => {
    // At this corner class 2 is the prediction, and the way out is along w.
    const black = Float32Array.of(0, 1, 0, 1);
    const talk = { classifier, image: black, goal: createGoal(2), budget: { norm: 'linf', epsilon: 0.125 } as const };
    const parameters = { attack: 'fgsm', samples: 100 };
    const exchanges = await conversation(definition, { ...talk, parameters });
    for (const point of pointsOf(exchanges, 'logits')) {
      assert.ok(
        point.every((value) => value >= 0 && value <= 1),
        'it is no image',
      );
    }
    const [end] = pointsOf(exchanges, 'propose');
    assert.deepEqual(end, Float32Array.of(0.125, 0.875, 0.125, 0.875));
  },
});

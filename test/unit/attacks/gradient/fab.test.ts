import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../src/attacks/catalog.ts';
import { createGoal } from '../../../../src/attacks/goal.ts';
import { completeParameters } from '../../../../src/parameters/complete.ts';
import { itPasses } from '../../../support/checks.ts';
import { conversation } from '../../../support/conversation.ts';
import { linearClassifier } from '../../../support/linearClassifier.ts';
import { fabChecks } from './fabChecks.ts';

const fab = catalog.get('fab') as AttackDefinition;

describe('FAB', () => {
  itPasses(fabChecks, fab);

  it('takes 20 steps by default, and the 100 of the paper with its preset', () => {
    const budget = { norm: 'linf', epsilon: Infinity } as const;
    const quick = { steps: 20, restarts: 1, form: 'targeted' };
    assert.deepEqual(completeParameters(fab, {}, 'quick', budget), quick);
    assert.deepEqual(completeParameters(fab, {}, 'paper', budget), { ...quick, steps: 100, form: 'all-classes' });
  });

  it('refuses gradients for all of very many classes of a large image, and says what to do', async () => {
    const classifier = {
      ...linearClassifier([[0], [0]], [1, 0], { height: 1, width: 1, channels: 1 }),
      async logits(images: readonly Float32Array[]) {
        return images.map(() => new Float32Array(1000).fill(0, 1));
      },
    };
    const image = new Float32Array(224 * 224 * 3);
    const goal = createGoal(0);
    const budget = { norm: 'l2', epsilon: Infinity } as const;
    const talk = { classifier, image, goal, budget, parameters: { form: 'all-classes' } };
    await assert.rejects(conversation(fab, talk), {
      name: 'UserError',
      message: /FAB over all 1000 classes.*"targeted"/,
    });
  });
});

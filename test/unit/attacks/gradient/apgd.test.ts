import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../src/attacks/catalog.ts';
import { createGoal } from '../../../../src/attacks/goal.ts';
import { checkpointsOf } from '../../../../src/attacks/gradient/apgd.ts';
import { completeParameters } from '../../../../src/parameters/complete.ts';
import { itPasses } from '../../../support/checks.ts';
import { linearClassifier } from '../../../support/linearClassifier.ts';
import { outcomesOf } from '../../../support/runs.ts';
import { apgdChecks } from './apgdChecks.ts';

const apgd = catalog.get('apgd') as AttackDefinition;

describe('APGD', () => {
  itPasses(apgdChecks, apgd);

  it('looks back at 22, 41, 57, 70, 80, 87, 93 and 99 of 100 steps', () => {
    assert.deepEqual([...checkpointsOf(100)], [22, 41, 57, 70, 80, 87, 93, 99]);
    assert.deepEqual([...checkpointsOf(20)], [5, 9, 12, 14, 16, 18, 19, 20]);
    assert.deepEqual([...checkpointsOf(1)], [1]);
  });

  it('takes 20 steps by default, and the 100 of the paper with its preset', () => {
    const budget = { norm: 'linf', epsilon: 8 / 255 } as const;
    assert.deepEqual(completeParameters(apgd, {}, 'quick', budget), { steps: 20, restarts: 1, loss: 'ce' });
    assert.deepEqual(completeParameters(apgd, {}, 'paper', budget), { steps: 100, restarts: 1, loss: 'ce' });
  });

  for (const [loss, classes, target, needed] of [
    ['dlr', 2, undefined, 3],
    ['dlr', 3, 1, 4],
    ['targeted-dlr', 3, undefined, 4],
  ] as const) {
    it(`says that ${loss} ${target === undefined ? '' : 'with a target '}needs more than ${classes} classes`, async () => {
      const weights = Array.from({ length: classes }, (_, k) => [k]);
      const classifier = linearClassifier(weights, [9, 0, 0].slice(0, classes), { height: 1, width: 1, channels: 1 });
      const run = { classifier, budget: { norm: 'linf', epsilon: 0.1 }, parameters: { loss } } as const;
      const subject = { image: Float32Array.of(0.5), goal: createGoal(0, target), seed: 1 };
      await assert.rejects(outcomesOf(apgd, run, [subject]), {
        name: 'UserError',
        message: `The loss "${loss}" compares ${needed} classes, and the model has ${classes}: use the loss "ce".`,
      });
    });
  }
});

import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../../src/attacks/catalog.ts';
import { checkpointsOf } from '../../../../../src/attacks/gradient/apgd/climb.ts';
import type { Budget } from '../../../../../src/geometry/budget.ts';
import { completeParameters } from '../../../../../src/parameters/complete.ts';
import { itPasses } from '../../../../support/checks.ts';
import { apgdChecks } from './apgdChecks.ts';
import { sparseClimbChecks } from './sparseClimbChecks.ts';

const apgd = catalog.get('apgd') as AttackDefinition;

describe('APGD', () => {
  itPasses(apgdChecks, apgd);

  describe('in l1', () => {
    itPasses(sparseClimbChecks, apgd);
  });

  it('looks back at 22, 41, 57, 70, 80, 87, 93 and 99 of 100 steps', () => {
    assert.deepEqual([...checkpointsOf(100)], [22, 41, 57, 70, 80, 87, 93, 99]);
    assert.deepEqual([...checkpointsOf(20)], [5, 9, 12, 14, 16, 18, 19, 20]);
    assert.deepEqual([...checkpointsOf(1)], [1]);
  });

  it('takes 20 steps from the image by default, and with the preset of the paper 100 from where AutoAttack starts', () => {
    const quick = { steps: 20, start: 'image', loss: 'ce', restarts: 1, eot: 1 };
    const paper = { steps: 100, start: 'random', loss: 'ce', restarts: 1, eot: 1 };
    for (const norm of apgd.norms) {
      const budget = { norm, epsilon: 8 / 255 };
      assert.deepEqual(completeParameters(apgd, {}, 'quick', budget), quick);
      assert.deepEqual(completeParameters(apgd, {}, 'paper', budget), { ...paper, restarts: norm === 'l1' ? 5 : 1 });
      const targeted = completeParameters<{ restarts: number }, Budget>(
        apgd as never,
        { loss: 'targeted-dlr' },
        'paper',
        budget,
      );
      assert.equal(targeted.restarts, 1);
    }
  });
});

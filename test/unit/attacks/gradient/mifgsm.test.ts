import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../src/attacks/catalog.ts';
import { completeParameters } from '../../../../src/parameters/complete.ts';
import { itPasses } from '../../../support/checks.ts';
import { mifgsmChecks } from './mifgsmChecks.ts';

const mifgsm = catalog.get('mifgsm') as AttackDefinition;

describe('MI-FGSM', () => {
  itPasses(mifgsmChecks, mifgsm);

  it('takes ten steps by default that add up to the budget, with all the momentum, as Dong does', () => {
    for (const preset of ['quick', 'paper'] as const) {
      const parameters = completeParameters(mifgsm, {}, preset, { norm: 'l2', epsilon: 2 });
      assert.deepEqual(parameters, { steps: 10, stepSize: 0.2, decay: 1 });
    }
  });
});

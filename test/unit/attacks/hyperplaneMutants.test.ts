import assert from 'node:assert/strict';
import type { changeOnto } from '../../../src/attacks/hyperplane.ts';
import { hyperplaneRewrites } from '../../mutants/hyperplaneRewrites.ts';
import { anyCounterexampleWillDo } from '../../mutants/itFails.ts';
import { rewritten } from '../../mutants/rewrite.ts';
import { firstFailure } from '../../support/checks.ts';
import { hyperplaneChecks } from '../../support/hyperplaneChecks.ts';

describe('the checks tell broken code from sound code in the projection onto a hyperplane', () => {
  anyCounterexampleWillDo();

  for (const [name, rewrite] of Object.entries(hyperplaneRewrites)) {
    it(`where ${name}`, async () => {
      const mutant: unknown = await rewritten({ file: 'hyperplane', exported: 'changeOnto' }, rewrite);
      const failure = await firstFailure(hyperplaneChecks, mutant as typeof changeOnto);
      assert.notEqual(failure, undefined, 'the mutant passes every check');
    });
  }
});

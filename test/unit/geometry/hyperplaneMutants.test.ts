import assert from 'node:assert/strict';
import type { changeOnto } from '../../../src/geometry/hyperplane.ts';
import { firstFailure } from '../../support/checks.ts';
import { anyCounterexampleWillDo } from '../../support/mutants/itFails.ts';
import { rewritten } from '../../support/mutants/rewrite.ts';
import { hyperplaneChecks } from './hyperplaneChecks.ts';
import { hyperplaneRewrites } from './hyperplaneRewrites.ts';

describe('the checks tell broken code from sound code in the projection onto a hyperplane', () => {
  anyCounterexampleWillDo();

  for (const [name, rewrite] of Object.entries(hyperplaneRewrites)) {
    it(`where ${name}`, async () => {
      const mutant: unknown = await rewritten(
        { folder: 'geometry', file: 'hyperplane', exported: 'changeOnto' },
        rewrite,
      );
      const failure = await firstFailure(hyperplaneChecks, mutant as typeof changeOnto);
      assert.notEqual(failure, undefined, 'the mutant passes every check');
    });
  }
});

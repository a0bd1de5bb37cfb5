import assert from 'node:assert/strict';
import type { equalErrorRate } from '../../../src/evaluation/equalErrorRate.ts';
import { firstFailure } from '../../support/checks.ts';
import { anyCounterexampleWillDo } from '../../support/mutants/itFails.ts';
import { rewrittenPart } from '../../support/mutants/rewrite.ts';
import { equalErrorRateChecks } from './equalErrorRateChecks.ts';
import { equalErrorRateRewrites } from './equalErrorRateRewrites.ts';

describe('the checks tell broken code from sound code in the equal error rate', () => {
  anyCounterexampleWillDo();

  for (const [name, rewrite] of Object.entries(equalErrorRateRewrites)) {
    it(`where ${name}`, async () => {
      const place = { folder: 'evaluation', file: 'equalErrorRate', exported: 'equalErrorRate' };
      const mutant = await rewrittenPart<typeof equalErrorRate>(place, rewrite);
      assert.notEqual(await firstFailure(equalErrorRateChecks, mutant), undefined, 'the mutant passes every check');
    });
  }
});

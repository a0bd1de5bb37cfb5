import assert from 'node:assert/strict';
import { cwRewrites } from '../../mutants/cwRewrites.ts';
import { anyCounterexampleWillDo } from '../../mutants/itFails.ts';
import { rewritten } from '../../mutants/rewrite.ts';
import { firstFailure } from '../../support/checks.ts';
import { cwChecks } from '../../support/cwChecks.ts';

describe('the checks of Carlini & Wagner tell broken code from sound code', () => {
  anyCounterexampleWillDo();

  for (const [part, rewrites] of Object.entries(cwRewrites)) {
    describe(`in ${part}`, () => {
      for (const [name, rewrite] of Object.entries(rewrites)) {
        it(`where ${name}`, async () => {
          const mutant = await rewritten({ file: 'cw', exported: 'cw', part }, rewrite);
          assert.notEqual(await firstFailure(cwChecks, mutant), undefined, 'the mutant passes every check');
        });
      }
    });
  }
});

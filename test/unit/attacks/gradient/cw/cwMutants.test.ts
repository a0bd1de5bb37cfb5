import assert from 'node:assert/strict';
import { firstFailure } from '../../../../support/checks.ts';
import { anyCounterexampleWillDo } from '../../../../support/mutants/itFails.ts';
import { rewritten } from '../../../../support/mutants/rewrite.ts';
import { cwChecks } from './cwChecks.ts';
import { cwRewrites } from './cwRewrites.ts';

describe('the checks of Carlini & Wagner tell broken code from sound code', () => {
  anyCounterexampleWillDo();

  for (const [part, rewrites] of Object.entries(cwRewrites)) {
    describe(`in ${part}`, () => {
      for (const [name, rewrite] of Object.entries(rewrites)) {
        it(`where ${name}`, async () => {
          const mutant = await rewritten({ folder: 'attacks/gradient/cw', file: 'cw', exported: 'cw', part }, rewrite);
          assert.notEqual(await firstFailure(cwChecks, mutant), undefined, 'the mutant passes every check');
        });
      }
    });
  }
});

import assert from 'node:assert/strict';
import { firstFailure } from '../../../../support/checks.ts';
import { anyCounterexampleWillDo, itFails, withFaults } from '../../../../support/mutants/itFails.ts';
import { rewritten } from '../../../../support/mutants/rewrite.ts';
import { commonFaults, iterativeFaults } from '../attackFaults.ts';
import { apgdChecks } from './apgdChecks.ts';
import { apgdRewrites } from './apgdRewrites.ts';
import { sparseClimbChecks } from './sparseClimbChecks.ts';

const checks = { ...apgdChecks, ...sparseClimbChecks };

describe('the checks of APGD tell broken code from sound code', () => {
  anyCounterexampleWillDo();

  const { 'the step size is the budget': _, 'the step size is that of the defaults': __, ...faults } = iterativeFaults;
  itFails(checks, withFaults('apgd', { ...commonFaults, ...faults }));

  for (const [part, rewrites] of Object.entries(apgdRewrites)) {
    describe(`in ${part}`, () => {
      // Those of the part first, which find its mistakes soonest.
      const ordered = part === 'climbSparsely' ? { ...sparseClimbChecks, ...apgdChecks } : checks;
      for (const [name, rewrite] of Object.entries(rewrites)) {
        it(`where ${name}`, async () => {
          const place = { folder: 'attacks/gradient/apgd', file: 'apgd', exported: 'apgd', part };
          assert.notEqual(await firstFailure(ordered, await rewritten(place, rewrite)), undefined, 'the mutant passes');
        });
      }
    });
  }
});

import assert from 'node:assert/strict';
import { catalogue } from '../../../src/attacks/catalogue.ts';
import type { AttackDefinition } from '../../../src/attacks/definition.ts';
import { commonFaults, iterativeFaults } from '../../mutants/attackFaults.ts';
import { anyCounterexampleWillDo, itFails, itFailsRewritten, withFaults } from '../../mutants/itFails.ts';
import { meddle } from '../../mutants/meddle.ts';
import { brokenProjections } from '../../mutants/projections.ts';
import { rewritten } from '../../mutants/rewrite.ts';
import { apgdRewrites, mifgsmRewrites, pgdRewrites } from '../../mutants/rewrites.ts';
import { brokenSeeds } from '../../mutants/seeds.ts';
import { apgdChecks } from '../../support/apgdChecks.ts';
import { type Checks, firstFailure } from '../../support/checks.ts';
import { fgsmChecks } from '../../support/fgsmChecks.ts';
import { functionalChecks } from '../../support/functionalChecks.ts';
import { ifgsmChecks } from '../../support/ifgsmChecks.ts';
import { mifgsmChecks } from '../../support/mifgsmChecks.ts';
import { pgdChecks } from '../../support/pgdChecks.ts';
import { projectionChecks } from '../../support/projectionChecks.ts';

const checksOf: Readonly<Record<string, Checks<AttackDefinition>>> = {
  fgsm: fgsmChecks,
  ifgsm: ifgsmChecks,
  pgd: pgdChecks,
  mifgsm: mifgsmChecks,
  apgd: apgdChecks,
};

describe('the checks tell broken code from sound code', () => {
  anyCounterexampleWillDo();

  describe('in FGSM', () => {
    itFails(fgsmChecks, withFaults('fgsm', commonFaults));
  });

  describe('in I-FGSM', () => {
    itFails(ifgsmChecks, withFaults('ifgsm', { ...commonFaults, ...iterativeFaults }));
  });

  describe('in PGD', () => {
    itFails(pgdChecks, withFaults('pgd', { ...commonFaults, ...iterativeFaults }));
    itFailsRewritten(pgdChecks, 'pgd', pgdRewrites);
  });

  describe('in MI-FGSM', () => {
    itFails(mifgsmChecks, withFaults('mifgsm', { ...commonFaults, ...iterativeFaults }));
    itFailsRewritten(mifgsmChecks, 'mifgsm', mifgsmRewrites);
  });

  describe('in APGD', () => {
    const {
      'the step size is the budget': _,
      'the step size is that of the defaults': __,
      ...faults
    } = iterativeFaults;
    itFails(apgdChecks, withFaults('apgd', { ...commonFaults, ...faults }));
    itFailsRewritten(apgdChecks, 'apgd', apgdRewrites);
  });

  describe('in the projection', () => {
    itFails(projectionChecks, brokenProjections);
  });

  describe('in the functionals', () => {
    itFails(functionalChecks, brokenSeeds);
  });

  it('and let pass what only looks meddled with', async () => {
    for (const [id, checks] of Object.entries(checksOf)) {
      assert.equal(await firstFailure(checks, meddle(catalogue.get(id) as AttackDefinition, {})), undefined, id);
      assert.equal(await firstFailure(checks, await rewritten(id, ['*run(', '*run('])), undefined, id);
    }
  });
});

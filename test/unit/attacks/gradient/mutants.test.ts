import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../src/attacks/catalog.ts';
import { type Checks, firstFailure } from '../../../support/checks.ts';
import { anyCounterexampleWillDo, itFails, itFailsRewritten, withFaults } from '../../../support/mutants/itFails.ts';
import { meddle } from '../../../support/mutants/meddle.ts';
import { rewritten } from '../../../support/mutants/rewrite.ts';
import { brokenSeeds } from '../../models/brokenSeeds.ts';
import { functionalChecks } from '../../models/functionalChecks.ts';
import { brokenProjections } from '../../runner/brokenProjections.ts';
import { projectionChecks } from '../../runner/projectionChecks.ts';
import { commonFaults, iterativeFaults } from './attackFaults.ts';
import { fgsmChecks } from './fgsmChecks.ts';
import { ifgsmChecks } from './ifgsmChecks.ts';
import { mifgsmChecks } from './mifgsmChecks.ts';
import { mtpgdChecks } from './mtpgdChecks.ts';
import { pgdChecks } from './pgdChecks.ts';
import { mifgsmRewrites, momentumRewrites, mtpgdRewrites, pgdRewrites, projectedAscentRewrites } from './rewrites.ts';

const checksOf: Readonly<Record<string, Checks<AttackDefinition>>> = {
  fgsm: fgsmChecks,
  ifgsm: ifgsmChecks,
  pgd: pgdChecks,
  mifgsm: mifgsmChecks,
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
    itFailsRewritten(pgdChecks, { file: 'pgd', exported: 'pgd', part: 'projectedAscent' }, projectedAscentRewrites);
  });

  describe('in multi-targeted PGD', () => {
    itFailsRewritten(mtpgdChecks, 'mtpgd', mtpgdRewrites);
  });

  describe('in MI-FGSM', () => {
    itFails(mifgsmChecks, withFaults('mifgsm', { ...commonFaults, ...iterativeFaults }));
    itFailsRewritten(mifgsmChecks, 'mifgsm', mifgsmRewrites);
    itFailsRewritten(mifgsmChecks, { file: 'mifgsm', exported: 'mifgsm', part: 'momentum' }, momentumRewrites);
  });

  describe('in the projection', () => {
    itFails(projectionChecks, brokenProjections);
  });

  describe('in the functionals', () => {
    itFails(functionalChecks, brokenSeeds);
  });

  it('and let pass what only looks meddled with', async () => {
    for (const [id, checks] of Object.entries(checksOf)) {
      assert.equal(await firstFailure(checks, meddle(catalog.get(id) as AttackDefinition, {})), undefined, id);
      assert.equal(await firstFailure(checks, await rewritten(id, ['*run(', '*run('])), undefined, id);
    }
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { catalogue } from '../../../src/attacks/catalogue.ts';
import type { AttackDefinition } from '../../../src/attacks/definition.ts';
import { commonFaults, iterativeFaults } from '../../mutants/attackFaults.ts';
import { type Fault, meddle } from '../../mutants/meddle.ts';
import { brokenProjections } from '../../mutants/projections.ts';
import { type Rewrite, rewritten } from '../../mutants/rewrite.ts';
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

/** Makes a test of every mutant: it must not pass the checks that the real thing passes. */
function itFails<T>(checks: Checks<T>, mutants: Readonly<Record<string, T>>): void {
  for (const [name, mutant] of Object.entries(mutants)) {
    it(`where ${name}`, async () => {
      assert.notEqual(await firstFailure(checks, mutant), undefined, 'the mutant passes every check');
    });
  }
}

/** The same for mistakes in the source of an attack. */
function itFailsRewritten(
  checks: Checks<AttackDefinition>,
  id: string,
  rewrites: Readonly<Record<string, Rewrite>>,
): void {
  for (const [name, rewrite] of Object.entries(rewrites)) {
    it(`where ${name}`, async () => {
      const mutant = await rewritten(id, rewrite);
      assert.notEqual(await firstFailure(checks, mutant), undefined, 'the mutant passes every check');
    });
  }
}

function withFaults(id: string, faults: Readonly<Record<string, Fault>>): Record<string, AttackDefinition> {
  const attack = catalogue.get(id) as AttackDefinition;
  return Object.fromEntries(Object.entries(faults).map(([name, fault]) => [name, meddle(attack, fault)]));
}

describe('the checks tell broken code from sound code', () => {
  // A counterexample is all that is wanted of a mutant, not the smallest one, and the same in every run.
  const usual = fc.readConfigureGlobal();
  before(() => fc.configureGlobal({ ...usual, endOnFailure: true, seed: 1 }));
  after(() => fc.configureGlobal(usual));

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

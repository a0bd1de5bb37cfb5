import assert from 'node:assert/strict';
import fc from 'fast-check';
import { catalogue } from '../../../src/attacks/catalogue.ts';
import type { AttackDefinition } from '../../../src/attacks/definition.ts';
import { commonFaults, iterativeFaults } from '../../mutants/attackFaults.ts';
import { type Fault, meddle } from '../../mutants/meddle.ts';
import { brokenProjections } from '../../mutants/projections.ts';
import { brokenSeeds } from '../../mutants/seeds.ts';
import { type Checks, firstFailure } from '../../support/checks.ts';
import { fgsmChecks } from '../../support/fgsmChecks.ts';
import { functionalChecks } from '../../support/functionalChecks.ts';
import { ifgsmChecks } from '../../support/ifgsmChecks.ts';
import { projectionChecks } from '../../support/projectionChecks.ts';

/** Makes a test of every mutant: it must not pass the checks that the real thing passes. */
function itFails<T>(checks: Checks<T>, mutants: Readonly<Record<string, T>>): void {
  for (const [name, mutant] of Object.entries(mutants)) {
    it(`where ${name}`, async () => {
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

  describe('in the projection', () => {
    itFails(projectionChecks, brokenProjections);
  });

  describe('in the functionals', () => {
    itFails(functionalChecks, brokenSeeds);
  });

  it('and let pass what only looks meddled with', async () => {
    assert.equal(await firstFailure(fgsmChecks, meddle(catalogue.get('fgsm') as AttackDefinition, {})), undefined);
    assert.equal(await firstFailure(ifgsmChecks, meddle(catalogue.get('ifgsm') as AttackDefinition, {})), undefined);
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { AttackDefinition } from '../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../src/attacks/catalog.ts';
import { type Checks, firstFailure } from '../checks.ts';
import { type Fault, meddle } from './meddle.ts';
import { type Place, type Rewrite, rewritten } from './rewrite.ts';

/** In the surrounding `describe`: of a mutant a counterexample is wanted, not the smallest one, and the same in every run. */
export function anyCounterexampleWillDo(): void {
  const usual = fc.readConfigureGlobal();
  before(() => fc.configureGlobal({ ...usual, endOnFailure: true, seed: 1 }));
  after(() => fc.configureGlobal(usual));
}

/** Makes a test of every mutant: it must not pass the checks that the real thing passes. */
export function itFails<T>(checks: Checks<T>, mutants: Readonly<Record<string, T>>): void {
  for (const [name, mutant] of Object.entries(mutants)) {
    it(`where ${name}`, async () => {
      assert.notEqual(await firstFailure(checks, mutant), undefined, 'the mutant passes every check');
    });
  }
}

/** The same for mistakes in the source of an attack. */
export function itFailsRewritten(
  checks: Checks<AttackDefinition>,
  attack: string | Place,
  rewrites: Readonly<Record<string, Rewrite>>,
): void {
  for (const [name, rewrite] of Object.entries(rewrites)) {
    it(`where ${name}`, async () => {
      const mutant = await rewritten(attack, rewrite);
      assert.notEqual(await firstFailure(checks, mutant), undefined, 'the mutant passes every check');
    });
  }
}

/** The attack with each of these faults. */
export function withFaults(id: string, faults: Readonly<Record<string, Fault>>): Record<string, AttackDefinition> {
  const attack = catalog.get(id) as AttackDefinition;
  return Object.fromEntries(Object.entries(faults).map(([name, fault]) => [name, meddle(attack, fault)]));
}

import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../src/attacks/catalog.ts';
import { completeParameters } from '../../../../src/parameters/complete.ts';
import { itPasses } from '../../../support/checks.ts';
import { invariants } from '../../../support/invariants.ts';
import { simbaChecks } from './simbaChecks.ts';

const simba = catalog.get('simba') as AttackDefinition;

describe('SimBA', () => {
  itPasses(simbaChecks, simba);
  itPasses(invariants, simba);

  it('has the parameters of its paper', () => {
    const budget = { norm: 'l2', epsilon: Infinity } as const;
    const paper = { queries: 20_000, stepSize: 0.2, basis: 'pixels' };
    assert.deepEqual(completeParameters(simba, {}, 'paper', budget), paper);
  });
});

import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../src/attacks/catalog.ts';
import { completeParameters } from '../../../../src/parameters/complete.ts';
import { itPasses } from '../../../support/checks.ts';
import { sigmaZeroChecks } from './sigmaZeroChecks.ts';

const sigmaZero = catalog.get('sigma-zero') as AttackDefinition;

describe('σ-zero', () => {
  itPasses(sigmaZeroChecks, sigmaZero);

  it('takes 100 steps by default, and the 1,000 of the paper with its preset', () => {
    const budget = { norm: 'l0', epsilon: Infinity } as const;
    assert.deepEqual(completeParameters(sigmaZero, {}, 'quick', budget), { steps: 100, sigma: 1e-3, threshold: 0.3 });
    assert.deepEqual(completeParameters(sigmaZero, {}, 'paper', budget), { steps: 1000, sigma: 1e-3, threshold: 0.3 });
  });
});

import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../src/attacks/catalog.ts';
import { completeParameters } from '../../../../src/parameters/complete.ts';
import { itPasses } from '../../../support/checks.ts';
import { budgetInvariants } from '../../../support/invariants.ts';
import { withDefaults } from '../../../support/withDefaults.ts';
import { onePixelChecks, sparseChecks, sparseRsChecks } from './sparseChecks.ts';

const budget = { norm: 'l0', epsilon: 1 } as const;

describe('Sparse-RS', () => {
  const sparseRs = catalog.get('sparse-rs') as AttackDefinition;
  itPasses({ ...sparseChecks, ...sparseRsChecks }, sparseRs);
  itPasses(withDefaults(budgetInvariants, { queries: 30 }), sparseRs);

  it('has the parameters of its paper', () => {
    assert.deepEqual(completeParameters(sparseRs, {}, 'paper', budget), { queries: 10_000, part: 0.3 });
  });
});

describe('One-pixel', () => {
  const onePixel = catalog.get('one-pixel') as AttackDefinition;
  itPasses({ ...sparseChecks, ...onePixelChecks }, onePixel);
  itPasses(withDefaults(budgetInvariants, { queries: 30, population: 10 }), onePixel);

  it('has the parameters of its paper', () => {
    assert.deepEqual(completeParameters(onePixel, {}, 'paper', budget), { queries: 40_400, population: 400 });
  });
});

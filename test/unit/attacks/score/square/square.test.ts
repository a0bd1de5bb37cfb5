import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../../src/attacks/catalog.ts';
import { completeParameters } from '../../../../../src/parameters/complete.ts';
import { itPasses } from '../../../../support/checks.ts';
import { budgetInvariants } from '../../../../support/invariants.ts';
import { withDefaults } from '../../../../support/withDefaults.ts';
import { squareChecks } from './squareChecks.ts';

const square = catalog.get('square') as AttackDefinition;

describe('Square', () => {
  itPasses(squareChecks, square);
  itPasses(withDefaults(budgetInvariants, { queries: 30 }), square);

  it('has the parameters of its paper, and as many queries as the test says', () => {
    const budget = { norm: 'linf', epsilon: 0.1 } as const;
    const paper = { queries: 10_000, part: 0.8, schedule: 'stretched' };
    assert.deepEqual(completeParameters(square, {}, 'paper', budget), paper);
    assert.deepEqual(completeParameters(square, {}, 'quick', { ...budget, queries: 5000 }), {
      ...paper,
      queries: 5000,
    });
  });
});

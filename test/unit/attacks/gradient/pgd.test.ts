import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../src/attacks/catalog.ts';
import { completeParameters } from '../../../../src/parameters/complete.ts';
import { itPasses } from '../../../support/checks.ts';
import { pgdChecks } from './pgdChecks.ts';

const pgd = catalog.get('pgd') as AttackDefinition;

describe('PGD', () => {
  itPasses(pgdChecks, pgd);

  it('takes few steps from two starts by default, and those of Madry with the preset of the paper', () => {
    for (const norm of pgd.norms) {
      const budget = { norm, epsilon: 2 };
      assert.deepEqual(completeParameters(pgd, {}, 'quick', budget), { steps: 20, stepSize: 0.25, restarts: 2 });
      assert.deepEqual(completeParameters(pgd, {}, 'paper', budget), { steps: 100, stepSize: 0.05, restarts: 20 });
    }
  });
});

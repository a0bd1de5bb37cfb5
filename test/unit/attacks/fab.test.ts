import assert from 'node:assert/strict';
import { catalogue } from '../../../src/attacks/catalogue.ts';
import { type AttackDefinition, completeParameters } from '../../../src/attacks/definition.ts';
import { itPasses } from '../../support/checks.ts';
import { fabChecks } from '../../support/fabChecks.ts';

const fab = catalogue.get('fab') as AttackDefinition;

describe('FAB', () => {
  itPasses(fabChecks, fab);

  it('takes 20 steps by default, and the 100 of the paper with its preset', () => {
    const budget = { norm: 'linf', epsilon: Infinity } as const;
    const rest = { restarts: 1, form: 'all-classes' };
    assert.deepEqual(completeParameters(fab, {}, 'quick', budget), { steps: 20, ...rest });
    assert.deepEqual(completeParameters(fab, {}, 'paper', budget), { steps: 100, ...rest });
  });
});

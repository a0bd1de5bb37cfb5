import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../src/attacks/catalog.ts';
import { boundarySearch } from '../../../../src/attacks/decision/boundarySearch.ts';
import { completeParameters } from '../../../../src/parameters/complete.ts';
import { itPasses } from '../../../support/checks.ts';
import { invariants } from '../../../support/invariants.ts';
import { withDefaults } from '../../../support/withDefaults.ts';
import { boundarySearchChecks } from './boundarySearchChecks.ts';
import { decisionChecks, walkChecks } from './decisionChecks.ts';

const paper = {
  boundary: { queries: 25_000, aroundStep: 0.01, towardStep: 0.01 },
  hopskipjump: { queries: 25_000, firstProbes: 100, mostProbes: 10_000, gamma: 1 },
  rays: { queries: 10_000 },
  cgba: { queries: 20_000, firstProbes: 30, frequencies: 0.25 },
};

for (const [id, parameters] of Object.entries(paper)) {
  const attack = catalog.get(id) as AttackDefinition;
  describe(attack.title, () => {
    itPasses(decisionChecks, attack);
    if (id !== 'rays') itPasses(walkChecks, attack);
    itPasses(withDefaults(invariants, { queries: 60 }), attack);

    it('has the parameters of its paper, and as many queries as the test says', () => {
      const budget = { norm: attack.norms[0], epsilon: Infinity };
      assert.deepEqual(completeParameters(attack, {}, 'paper', budget), parameters);
      const limited = completeParameters(attack, {}, 'quick', { ...budget, queries: 77 });
      assert.equal(limited.queries, 77);
    });
  });
}

describe('the search for the boundary', () => {
  itPasses(boundarySearchChecks, boundarySearch);
});

import assert from 'node:assert/strict';
import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import { catalog } from '../../../../src/attacks/catalog.ts';
import { completeParameters } from '../../../../src/parameters/complete.ts';
import { itPasses } from '../../../support/checks.ts';
import { budgetInvariants } from '../../../support/invariants.ts';
import { withDefaults } from '../../../support/withDefaults.ts';
import { estimateChecks } from './estimateChecks.ts';

const budget = { norm: 'linf', epsilon: 0.1 } as const;
const pgd = catalog.get('pgd') as AttackDefinition;

for (const [id, radius, paper] of [
  ['nes', 0.006, { samples: 25, radius: 0.001 }],
  ['spsa', 0.010001, { samples: 128, radius: 0.01 }],
] as const) {
  const attack = catalog.get(id) as AttackDefinition;
  describe(attack.title, () => {
    itPasses(estimateChecks(radius), attack);
    itPasses(withDefaults(budgetInvariants, { samples: 1 }), attack);

    it('has the parameters of its paper, and those of the attack that follows', () => {
      const inner = { attack: 'pgd', parameters: completeParameters(pgd, {}, 'paper', budget) };
      assert.deepEqual(completeParameters(attack, {}, 'paper', budget), { attack: inner, ...paper });
      const given = completeParameters(attack, { attack: 'fgsm' }, 'quick', budget);
      assert.deepEqual(given.attack, { attack: 'fgsm', parameters: {} });
      const again = completeParameters(attack, given, 'quick', budget);
      assert.deepEqual(again, given);
    });
  });
}

import type { AttackDefinition } from '../../../../src/attacks/attackDefinition.ts';
import type { Checks } from '../../../support/checks.ts';
import { budgetInvariants } from '../../../support/invariants.ts';
import { steppingChecks, visits } from './steppingChecks.ts';

/** What is known of I-FGSM: where it ends after n steps of α, and what it shares with all attacks. */
export const ifgsmChecks: Checks<AttackDefinition> = {
  ...steppingChecks(),

  'follows the gradient where it is now: overshoots the bottom of a valley, and turns back': (attack) =>
    visits(attack, 5 / 16, 0.5, [0, 1 / 8, 2 / 8, 3 / 8, 2 / 8]),

  'never leaves the budget on its way': (attack) => visits(attack, 1, 3 / 16, [0, 1 / 8, 3 / 16, 3 / 16, 3 / 16]),
  // Last, as they take longest: most mistakes are found before them.
  ...budgetInvariants,
};

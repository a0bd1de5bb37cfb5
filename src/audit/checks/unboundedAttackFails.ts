import { definitionOf } from '../../runner/configuredAttack.ts';
import { type Check, isTelling } from '../check.ts';
import { countSuccesses } from '../trial.ts';

/** From the image alone: chance must not find what the gradient does not lead to. */
const parameters = { steps: 50, restarts: 1 };

/** An attacker who may change every pixel as he likes always succeeds, unless the gradient leads nowhere. */
export const unboundedAttackFails: Check = {
  id: 'unbounded-attack-fails',
  async examine({ conditions, subjects, result: { held }, run }) {
    if (conditions.victim.access !== 'gradients') return undefined;
    const budget = { norm: 'linf', epsilon: 1 } as const;
    const reached = countSuccesses(await run(definitionOf('pgd'), parameters, budget, held));
    const missed = held.length - reached;
    if (!isTelling(missed, subjects.length)) return undefined;
    return `With a budget of the whole pixel range, ${parameters.steps} steps of PGD do not fool ${missed} of ${subjects.length} images.`;
  },
};

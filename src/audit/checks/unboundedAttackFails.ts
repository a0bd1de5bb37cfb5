import { definitionOf } from '../../runner/configuredAttack.ts';
import { type Check, withoutGradients } from '../check.ts';
import { passesOf } from '../passes.ts';
import { isTelling } from '../telling.ts';
import { countSuccesses } from '../trial.ts';

/** From the image alone: chance must not find what the gradient does not lead to. */
const parameters = { steps: 50, restarts: 1 };

/**
 * An attacker who may change every pixel as he likes always succeeds, unless the gradient leads nowhere. An attack that
 * minimizes the norm is such an attacker itself, but for those in l0, which change few pixels, and those that may ask only so
 * many questions.
 */
export const unboundedAttackFails: Check = {
  id: 'unbounded-attack-fails',
  isEssential: true,
  obstacle: withoutGradients,
  cost: ({ result: { held } }) => held.length * passesOf({ points: parameters.steps + 1, gradients: parameters.steps }),
  async examine({ attack, choice, subjects, result: { held, distances }, run }) {
    if (attack.threatModel === 'white-box' && !attack.fixedBudget && choice.norm !== 'l0') {
      const unreached = distances.filter((distance) => distance === Infinity).length;
      if (isTelling(unreached, subjects.length)) {
        return `${attack.title} finds no adversarial example at any distance on ${unreached} of ${subjects.length} images.`;
      }
    }
    const budget = { norm: 'linf', epsilon: 1 } as const;
    const reached = countSuccesses(await run(definitionOf('pgd'), parameters, budget, held));
    const missed = held.length - reached;
    if (!isTelling(missed, subjects.length)) return undefined;
    return `With a budget of the whole pixel range, ${parameters.steps} steps of PGD do not fool ${missed} of ${subjects.length} images.`;
  },
};

import { definitionOf } from '../../runner/configuredAttack.ts';
import { type Check, outsideNormsOf, withoutGradients } from '../check.ts';
import { passesOf } from '../passes.ts';
import { isTelling } from '../telling.ts';
import { countSuccesses } from '../trial.ts';

/** Steps of the attack that a single-step test is held against. */
const steps = 10;

/** Of an attempt of so many steps, each a gradient, and the last point. */
const costOf = (steps: number) => passesOf({ points: steps + 1, gradients: steps });

/**
 * An iterative attack can take the single step and then mend it. Where a single step finds more, something sends small
 * steps astray. A test of FGSM is held against PGD, every other one against a single step of PGD (FGSM in linf).
 */
export const singleStepBeatsIterative: Check = {
  id: 'single-step-beats-iterative',
  obstacle: (trial) => withoutGradients(trial) ?? outsideNormsOf(definitionOf('pgd'), trial),
  cost: ({ attack, result: { held, fooled } }) =>
    attack.id === 'fgsm' ? fooled.length * costOf(steps) : held.length * costOf(1),
  async examine({ attack, subjects, result, run }) {
    const { budget, held, fooled } = result;
    const pgd = definitionOf('pgd');
    if (!budget) return undefined;
    if (attack.id === 'fgsm') {
      const reached = countSuccesses(await run(pgd, { steps, restarts: 1 }, budget, fooled));
      const missed = fooled.length - reached;
      if (!isTelling(missed, subjects.length)) return undefined;
      return `${steps} steps of PGD do not fool ${missed} of the ${fooled.length} images that a single step fooled (${subjects.length} were looked at).`;
    }
    const single = { steps: 1, stepSize: budget.epsilon, restarts: 1 };
    const found = countSuccesses(await run(pgd, single, budget, held));
    if (!isTelling(found, subjects.length)) return undefined;
    return `A single step fools ${found} of the ${held.length} images that held against ${attack.title} (${subjects.length} were looked at).`;
  },
};

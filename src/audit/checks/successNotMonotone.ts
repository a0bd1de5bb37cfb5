import type { Check } from '../check.ts';
import { epsilonText } from '../epsilonText.ts';
import { isTelling } from '../telling.ts';

/** A larger budget contains the smaller, so an attack that is worth its name fools no fewer images within it. */
export const successNotMonotone: Check = {
  id: 'success-not-monotone',
  cost: () => 0,
  async examine({ rounds }) {
    let most = { epsilon: 0, fooled: 0 };
    for (const { epsilon = 0, distances } of rounds) {
      const fooled = distances.filter((distance) => distance < Infinity).length;
      if (isTelling(most.fooled - fooled, distances.length)) {
        return `The attack fools ${most.fooled} of ${distances.length} images at ${epsilonText(most.epsilon)}, and only ${fooled} at the larger ${epsilonText(epsilon)}.`;
      }
      if (fooled > most.fooled) most = { epsilon, fooled };
    }
    return undefined;
  },
};

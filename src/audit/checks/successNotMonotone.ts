import { type Check, isTelling } from '../check.ts';

/** A larger budget contains the smaller, so an attack that is worth its name fools no fewer images within it. */
export const successNotMonotone: Check = {
  id: 'success-not-monotone',
  async examine({ rounds }) {
    let most = { epsilon: 0, fooled: 0 };
    for (const { epsilon = 0, distances } of rounds) {
      const fooled = distances.filter((distance) => distance < Infinity).length;
      if (isTelling(most.fooled - fooled, distances.length)) {
        const at = (epsilon: number) => `ε = ${Number(epsilon.toPrecision(4))}`;
        return `The attack fools ${most.fooled} of ${distances.length} images at ${at(most.epsilon)}, and only ${fooled} at the larger ${at(epsilon)}.`;
      }
      if (fooled > most.fooled) most = { epsilon, fooled };
    }
    return undefined;
  },
};

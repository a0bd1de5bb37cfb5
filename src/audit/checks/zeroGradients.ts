import { type Check, isTelling } from '../check.ts';
import { firstGradient } from '../firstGradient.ts';

/** Where the gradient of the loss is zero or no number, an attack that follows it stays where it is. */
export const zeroGradients: Check = {
  id: 'zero-gradients',
  async examine({ conditions, subjects, run }) {
    if (conditions.victim.access !== 'gradients') return undefined;
    const outcomes = await run(firstGradient, {}, { norm: 'linf', epsilon: 1 }, subjects);
    const zero = outcomes.filter(({ masked }) => masked.zero > 0).length;
    const nonFinite = outcomes.filter(({ masked }) => masked.nonFinite > 0).length;
    if (!isTelling(zero + nonFinite, subjects.length)) return undefined;
    return `The gradient of the loss is zero on ${zero} and not finite on ${nonFinite} of ${subjects.length} images.`;
  },
};

import { type Check, withoutGradients } from '../check.ts';
import { firstGradient } from '../firstGradient.ts';
import { passesOf } from '../passes.ts';
import { isTelling } from '../telling.ts';

/** Where the gradient of the loss is zero or no number, an attack that follows it stays where it is. */
export const zeroGradients: Check = {
  id: 'zero-gradients',
  isEssential: true,
  obstacle: withoutGradients,
  cost: ({ subjects }) => subjects.length * passesOf({ points: 1, gradients: 1 }),
  async examine({ subjects, run }) {
    const outcomes = await run(firstGradient, {}, { norm: 'linf', epsilon: 1 }, subjects);
    const zero = outcomes.filter(({ masked }) => masked.zero > 0).length;
    const nonFinite = outcomes.filter(({ masked }) => masked.nonFinite > 0).length;
    if (!isTelling(zero + nonFinite, subjects.length)) return undefined;
    return `The gradient of the loss is zero on ${zero} and not finite on ${nonFinite} of ${subjects.length} images.`;
  },
};

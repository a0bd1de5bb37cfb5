import { type Functional, logitDifference } from '../../../models/functional.ts';
import type { Goal } from '../../goal.ts';
import { likeliest } from '../likeliest.ts';

/** How many classes the targeted loss is tried for, in each norm (AutoAttack's standard version). */
export const targetsIn = { linf: 9, l2: 9, l1: 5 } as const;

/** Classes that the difference of logits ratio, and its targeted form, compare. */
const compared = { dlr: 3, targetedDlr: 4 } as const;

/**
 * The difference of logits ratio (Croce & Hein 2020, arXiv:2003.01690, equation 6), or its targeted form (equation 7) for
 * each class that is aimed at. The ratio is there to make the loss independent of the scale of the logits. A model with
 * fewer classes than it compares gets its numerator, z_t − z_y (Gowal et al. 2019, arXiv:1910.09338): APGD
 * looks only at the direction of the gradient, and at which of two losses is larger, which no scale changes.
 * @param clean the logits of the image
 * @param most how many classes are aimed at, the likeliest first
 */
export function ratioLosses(
  loss: 'dlr' | 'targeted-dlr',
  { label, target }: Goal,
  clean: Float32Array,
  most: number,
): Functional[] {
  const classes = clean.length;
  if (loss === 'dlr' && target === undefined && classes >= compared.dlr) return [{ kind: 'dlr', label }];
  const others = target === undefined ? likeliest(clean, label, most) : [target];
  return others.map((other) =>
    classes >= compared.targetedDlr
      ? { kind: 'targetedDlr', label, target: other }
      : logitDifference(other, label, classes),
  );
}

import type { Rewrite } from '../../../support/mutants/rewrite.ts';

export const deepfoolRewrites: Readonly<Record<string, Rewrite>> = {
  'the sign is wrong': ['norm), length)', 'norm), -length)'],
  'there is no overshoot': ['total, 1 + overshoot)', 'total, 1)'],
  'the overshoot is of every step': ['norm), length)', 'norm), (1 + overshoot) * length)'],
  'steps do not add up': ['accumulate(total,', 'total.fill(0); accumulate(total,'],
  'the norm is not dual': [
    'nearestHyperplane(values, gradients, norm)',
    "nearestHyperplane(values, gradients, norm === 'linf' ? 'l1' : norm)",
  ],
  'the distance is that in l2': [
    'nearestHyperplane(values, gradients, norm)',
    "nearestHyperplane(values, gradients, 'l2')",
  ],
  'the direction is that of the other norm': [
    'steepestAscent(nearest.normal, norm)',
    "steepestAscent(nearest.normal, norm === 'l2' ? 'linf' : 'l2')",
  ],
  'the first class is gone to': [
    'nearestHyperplane(values, gradients, norm)',
    'nearestHyperplane(values.slice(0, 1), gradients.slice(0, 1), norm)',
  ],
  'the last class is gone to': [
    'nearestHyperplane(values, gradients, norm)',
    'nearestHyperplane(values.slice(-1), gradients.slice(-1), norm)',
  ],
  'one class more is looked at': ['classes - 1)', 'classes)'],
  'one class less is looked at': ['classes - 1)', 'classes - 2)'],
  'a tie is not left': ['Math.max(nearest.distance, least)', 'nearest.distance'],
  'the range is forgotten': ['x = project(addScaled(', 'x = (addScaled('],
  'one step is left out': ['step < steps &&', 'step < steps - 1 &&'],
  'it goes on after success': [' && !isReached(goal, now)', ''],
  'the target is forgotten': ['goal.target === undefined', 'goal.target !== 99'],
  'the gradient is always that at the image': ['pullbacks(x, functionals)', 'pullbacks(image, functionals)'],
  'steps start from the last point': ['project(addScaled(image,', 'project(addScaled(x,'],
};

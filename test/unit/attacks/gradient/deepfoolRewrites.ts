import type { Rewrite } from '../../../support/mutants/rewrite.ts';

export const deepfoolRewrites: Readonly<Record<string, Rewrite>> = {
  'the sign is wrong': ['length * direction', '-length * direction'],
  'there is no overshoot': ['(1 + overshoot) * ', ''],
  'the overshoot is of every step': ['length * direction', '(1 + overshoot) * length * direction'],
  'steps do not add up': ['(total[i] as number) + length', 'length'],
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
  'the range is forgotten': ['x = project(image.map(', 'x = (image.map('],
  'one step is left out': ['step < steps &&', 'step < steps - 1 &&'],
  'it goes on after success': [' && !isReached(goal, now)', ''],
  'the target is forgotten': ['goal.target === undefined', 'goal.target !== 99'],
  'the gradient is always that at the image': ['pullbacks(x, functionals)', 'pullbacks(image, functionals)'],
  'steps start from the last point': ['x = project(image.map(', 'x = project(x.map('],
};

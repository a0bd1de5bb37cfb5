import type { Rewrite } from '../../../support/mutants/rewrite.ts';

export const forgeRewrites: Readonly<Record<string, Rewrite>> = {
  'the gradient is ascended': ['return value - stepSize *', 'return value + stepSize *'],
  'the step size is forgotten': ['return value - stepSize *', 'return value - 1 *'],
  'the likeness pushes away': ['+ likeness * (value', '- likeness * (value'],
  'the likeness is that of a squared distance without its half': ['+ likeness * (value', '+ 2 * likeness * (value'],
  'the likeness draws to black': ['(value - (image[i] as number))', 'value'],
  'the likeness is not multiplied with the step size': [
    '((Number.isFinite(slope) ? slope : 0) + likeness * (value - (image[i] as number)))',
    '(Number.isFinite(slope) ? slope : 0) - likeness * (value - (image[i] as number))',
  ],
  'derivatives that are not finite are followed': ['Number.isFinite(slope) ? slope : 0', 'slope'],
  'the loss is always l2': ['norm: loss }', "norm: 'l2' }"],
  'the label is the goal': ['target: goal.target as number', 'target: goal.label'],
  'the gradient is always that of the image': ['pullback(x, distance)', 'pullback(image, distance)'],
  'the range is forgotten': ['x = project(descended)', 'x = descended'],
  'the start is never noise': ["start === 'image' ? image", "start !== '' ? image"],
  'the start is always noise': ["start === 'image' ? image", "start === '' ? image"],
  'the noise is uniform': ['0.5 + 0.3 * normal(random)', '(random.next() >>> 0) / 2 ** 32'],
  'the noise has another spread': ['0.3 * normal', '0.2 * normal'],
  'the noise has another mean': ['0.5 + 0.3', '0.45 + 0.3'],
  'the noise leaves the range': [
    'project(image.map(() => 0.5 + 0.3 * normal(random)))',
    'image.map(() => 0.5 + 0.3 * normal(random))',
  ],
  'the default start is the image, whatever the likeness': ["likeness > 0 ? 'noise'", "likeness > 9 ? 'noise'"],
  'one step is left out': ['step < steps', 'step < steps - 1'],
  'one step is added': ['step < steps', 'step <= steps'],
  'the last iterate is not proposed': ['yield* propose(x)', 'if (steps < 0) yield* propose(x)'],
  'the image is proposed': ['yield* propose(x)', 'yield* propose(image)'],
};

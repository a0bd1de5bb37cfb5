import type { Rewrite } from '../../../support/mutants/rewrite.ts';

export const forgeRewrites: Readonly<Record<string, Rewrite>> = {
  'the gradient is ascended': ['addScaled(x, slope, -stepSize)', 'addScaled(x, slope, stepSize)'],
  'the step size is forgotten': ['addScaled(x, slope, -stepSize)', 'addScaled(x, slope, -1)'],
  'the likeness pushes away': ['subtract(x, image), likeness)', 'subtract(x, image), -likeness)'],
  'the likeness is that of a squared distance without its half': [
    'subtract(x, image), likeness)',
    'subtract(x, image), 2 * likeness)',
  ],
  'the likeness draws to black': ['subtract(x, image)', 'x'],
  'the likeness is not multiplied with the step size': [
    'addScaled(x, slope, -stepSize)',
    'addScaled(addScaled(x, finite(gradient), -stepSize), subtract(x, image), -likeness)',
  ],
  'derivatives that are not finite are followed': ['finite(gradient)', 'new Float64Array(gradient)'],
  'the loss is always l2': ['norm: loss }', "norm: 'l2' }"],
  'the label is the goal': ['target: goal.target as number', 'target: goal.label'],
  'the gradient is always that of the image': ['pullback(x, distance)', 'pullback(image, distance)'],
  'the range is forgotten': ['x = project(addScaled(', 'x = (addScaled('],
  'the start is never noise': ["start === 'image' ? image", "start !== '' ? image"],
  'the start is always noise': ["start === 'image' ? image", "start === '' ? image"],
  'the noise is uniform': [
    'new Float32Array(normalVector(image.length, random, 0.5, 0.3))',
    'image.map(() => (random.next() >>> 0) / 2 ** 32)',
  ],
  'the noise has another spread': ['0.5, 0.3)', '0.5, 0.2)'],
  'the noise has another mean': ['0.5, 0.3)', '0.45, 0.3)'],
  'the noise leaves the range': [
    'project(new Float32Array(normalVector(image.length, random, 0.5, 0.3)))',
    'new Float32Array(normalVector(image.length, random, 0.5, 0.3))',
  ],
  'the default start is the image, whatever the likeness': ["likeness > 0 ? 'noise'", "likeness > 9 ? 'noise'"],
  'one step is left out': ['step < steps', 'step < steps - 1'],
  'one step is added': ['step < steps', 'step <= steps'],
  'the last iterate is not proposed': ['yield* propose(x)', 'if (steps < 0) yield* propose(x)'],
  'the image is proposed': ['yield* propose(x)', 'yield* propose(image)'],
};

import type { Rewrite } from '../../../support/mutants/rewrite.ts';

/** Mistakes in starting points, which attacks with restarts have in common. */
const restartMistakes: Readonly<Record<string, Rewrite>> = {
  'the first start is random, too': ['restart === 0 ? image : project', 'restart < 0 ? image : project'],
  'every start is the image': ['restart === 0 ? image : project', 'restart >= 0 ? image : project'],
  'random starts are not projected': [
    'project(randomPoint(image, budget, random))',
    'randomPoint(image, budget, random)',
  ],
  'random starts are anywhere in the range': [
    'project(randomPoint(image, budget, random))',
    'randomPoint(image.map(() => 0.5), { ...budget, epsilon: 0.5 }, random)',
  ],
};

const l1Step = (body: string): Rewrite => [
  "import { ascend } from '../../geometry/steepestAscent.ts';",
  `import { ascend as ascendOther } from '../../geometry/steepestAscent.ts';
   import { addScaled } from '../../geometry/vector.ts';
   const ascend: typeof ascendOther = (x, gradient, norm, length) => {
     if (norm !== 'l1') return ascendOther(x, gradient, norm, length);
     ${body}
   };`,
];

const fewerRestarts: Rewrite = ['restart < parameters.restarts', 'restart < parameters.restarts - 1'];

export const pgdRewrites: Readonly<Record<string, Rewrite>> = {
  ...restartMistakes,
  'only the first restart is made': ['yield* projectedAscent', 'if (restart === 0) yield* projectedAscent'],
  'one restart is left out': fewerRestarts,
};

export const mtpgdRewrites: Readonly<Record<string, Rewrite>> = {
  ...restartMistakes,
  'one restart is left out': fewerRestarts,
  'one class is tried': ['likeliest(clean, goal.label, parameters.classes)', 'likeliest(clean, goal.label, 1)'],
  'all classes are tried': [
    'likeliest(clean, goal.label, parameters.classes)',
    'likeliest(clean, goal.label, clean.length)',
  ],
  'the label is a target': [
    'likeliest(clean, goal.label, parameters.classes)',
    'likeliest(clean, -1, parameters.classes)',
  ],
  'the difference is the wrong way round': [
    'logitDifference(t, goal.label, clean.length)',
    'logitDifference(goal.label, t, clean.length)',
  ],
  'a target is forgotten': ['goal.target === undefined\n', 'clean.length > 0\n'],
  'with a target it is the other classes’ lead': ['[goal.margin]', '[{ ...goal.margin, scale: -1 }]'],
};

/** Mistakes in the walk of PGD. */
export const projectedAscentRewrites: Readonly<Record<string, Rewrite>> = {
  'the step in l1 is along the gradient': l1Step(
    'const sum = gradient.reduce((a, b) => a + Math.abs(b), 1e-12); return addScaled(x, gradient, length / sum);',
  ),
  'the step in l1 goes beyond the edge of the range': l1Step(
    `const size = gradient.map(Math.abs);
     const top = size.indexOf(Math.max(...size));
     return x.map((value, i) => (i === top ? value + length * Math.sign(gradient[i]!) : value));`,
  ),
  'the step in l1 takes the smallest derivative first': l1Step(
    'return ascendOther(x, gradient.map((g) => (g && 1 / g)), norm, length);',
  ),
  'the step in l1 is downhill': l1Step('return ascendOther(x, gradient.map((g) => -g), norm, length);'),
  'the step in l1 is that in l2': l1Step("return ascendOther(x, gradient, 'l2', length);"),
};

export const momentumRewrites: Readonly<Record<string, Rewrite>> = {
  'momentum does not accumulate': ['scaled(momentum, decay)', 'scaled(momentum, 0)'],
  'momentum does not decay': ['scaled(momentum, decay)', 'momentum'],
  'the gradient decays instead of the momentum': [
    'addScaled(scaled(momentum, decay), gradient, scale)',
    'addScaled(momentum, gradient, decay * scale)',
  ],
  'gradients are not normalized': ['? 1 / size : 0', '? 1 : 0'],
  'gradients are normalized in l2': [
    '? 1 / size : 0',
    '? 1 / Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0)) : 0',
  ],
  'gradients are normalized by their largest value': [
    '? 1 / size : 0',
    '? 1 / gradient.reduce((top, g) => Math.max(top, Math.abs(g)), 0) : 0',
  ],
  'signs of gradients accumulate': ['gradient, scale)', 'gradient.map(Math.sign), 1)'],
  'the momentum is forgotten where the gradient is zero': [
    'scaled(momentum, decay)',
    'scaled(momentum, scale && decay)',
  ],
};

export const mifgsmRewrites: Readonly<Record<string, Rewrite>> = {
  'the step is along the gradient': ['steepestAscent(momentum', 'steepestAscent(gradient'],
};

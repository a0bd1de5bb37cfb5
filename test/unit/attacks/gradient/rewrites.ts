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

export const pgdRewrites: Readonly<Record<string, Rewrite>> = {
  ...restartMistakes,
  'only the first restart is proposed': ['yield* propose(x);', 'if (restart === 0) yield* propose(x);'],
  'one restart is left out': ['restart < parameters.restarts', 'restart < parameters.restarts - 1'],
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

export const mifgsmRewrites: Readonly<Record<string, Rewrite>> = {
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
  'signs of gradients accumulate': ['gradient, scale)', "steepestAscent(gradient, 'linf'), 1)"],
  'the step is along the gradient': ['steepestAscent(momentum', 'steepestAscent(gradient'],
  'the momentum is forgotten where the gradient is zero': [
    'scaled(momentum, decay)',
    'scaled(momentum, scale && decay)',
  ],
};

export const apgdRewrites: Readonly<Record<string, Rewrite>> = {
  ...restartMistakes,
  'the step is never halved': ['eta /= 2;', ''],
  'the step is quartered': ['eta /= 2;', 'eta /= 4;'],
  'the first step is ε': ['2 * budget.epsilon', 'budget.epsilon'],
  'halving does not go back to the best point': ['now = best;', ''],
  'halving goes back to the start': ['now = best;', 'now = { ...best, x: start };'],
  'condition 1 is inverted': ['rises < rho', 'rises >= rho'],
  'condition 1 is not strict': ['rises < rho', 'rises <= rho'],
  'condition 1 is dropped': ['stuck || unimproved', 'unimproved'],
  'condition 2 is inverted': ['best.value === last.best', 'best.value !== last.best'],
  'condition 2 is dropped': ['stuck || unimproved', 'stuck'],
  'condition 2 holds after halving, too': ['!last.halved && ', ''],
  'both conditions are wanted': ['stuck || unimproved', 'stuck && unimproved'],
  'rises are counted from the start': ['halved };\n    rises = 0;', 'halved };'],
  'rises are counted against the best': ['if (now.value > value) rises++;', 'if (now.value > best.value) rises++;'],
  'ρ is a half': ['const rho = 0.75', 'const rho = 0.5'],
  'α is a half': ['const alpha = 0.75', 'const alpha = 0.5'],
  'there is no momentum': ['k === 0 ? z', 'k >= 0 ? z'],
  'the first step is shortened by α': ['k === 0 ? z', 'k < 0 ? z'],
  'momentum is from the start': ['previous = x;', ''],
  'z is not projected': ['const z = project(', 'const z = ('],
  'the point with momentum is not projected': ['project(new Float32Array(carried))', 'new Float32Array(carried)'],
  'the last point is proposed': ['propose(best.x)', 'propose(now.x)'],
  'the best is the last of equals': ['now.value > best.value', 'now.value >= best.value'],
  'checkpoints are evenly spaced': ['Math.max(p - before - 3, 6)', '22'],
  'the last checkpoints come too close': ['Math.max(p - before - 3, 6)', 'Math.max(p - before - 3, 1)'],
  'checkpoints are rounded down': ['Math.ceil(', 'Math.floor('],
  'eight classes are aimed at': ['const targets = 9', 'const targets = 8'],
  'the label is aimed at': ['likeliest(clean, label, targets)', 'likeliest(clean, -1, targets)'],
  'a target is forgotten by dlr': ["loss === 'targeted-dlr' || target !== undefined", "loss === 'targeted-dlr'"],
  'a target is forgotten by targeted-dlr': [
    'target === undefined ? likeliest(clean, label, targets) : [target]',
    'likeliest(clean, label, targets)',
  ],
};

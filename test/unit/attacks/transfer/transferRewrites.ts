import type { Rewrite } from '../../../support/mutants/rewrite.ts';

/** Mistakes in the transfer attack, by the file that they are in. */
export const transferRewrites: Readonly<Record<string, Readonly<Record<string, Rewrite>>>> = {
  transfer: {
    'the momentum is left out': ['accumulated(momentum, yield*', 'accumulated(new Float64Array(image.length), yield*'],
    'only the end is proposed': ['      yield* propose(x);\n', '      if (step === steps - 1) yield* propose(x);\n'],
    'the step is taken from the image': ['addScaled(x, steepestAscent', 'addScaled(image, steepestAscent'],
    'the step is downhill': ['budget.norm), stepSize)', 'budget.norm), -stepSize)'],
    'its cost forgets what it proposes': [
      '(methods[method].cost(copies, input) + 1)',
      'methods[method].cost(copies, input)',
    ],
    'the number of copies is that of the method': ['random, copies })', 'random, copies: methods[method].copies })'],
  },
  bySize: {
    'large images are small ones': ['< leastSide', '> leastSide'],
    'the longer side counts': ['Math.min(height, width)', 'Math.max(height, width)'],
  },
  view: {
    'the gradient of a darker image is not': [
      'back: (gradient) => gradient.map((value) => value / by)',
      'back: (gradient) => gradient',
    ],
    'the gradient is not taken back through a resampling': [
      'back: (gradient) => map.transpose(gradient, channels)',
      'back: (gradient) => gradient',
    ],
    'the gradient is taken through a resampling forward': [
      'map.transpose(gradient, channels)',
      'map.apply(gradient, channels)',
    ],
    'gradients go back in the wrong order': ['view.back(next.back(gradient))', 'next.back(view.back(gradient))'],
    'views are candidates': ['isAside: true', 'isAside: false'],
    'views after the first portion are lost': ['    portion = [];\n', '    return;\n'],
    'the gradient of the first view counts for all': ['answers[i]?.gradients', 'answers[0]?.gradients'],
  },
  resampling: {
    'the transposed map forgets what is there': [
      'result[from + c] = (result[from + c] as number) + weight *',
      'result[from + c] = weight *',
    ],
    'the nearest pixel counts alone': ['(1 - Math.abs(x - column)) * (1 - Math.abs(y - row))', 'Number(n === 0)'],
    'channels are mixed': ['weight * (image[from + c] as number)', 'weight * (image[from] as number)'],
  },
  diverseInputs: {
    'every view is resized': ['uniformFloat64(random) < probability', 'true'],
    'no view is resized': ['uniformFloat64(random) < probability', 'false'],
  },
  translationInvariance: {
    'the kernel is flat': ['Math.exp(-(((deviations', 'Math.exp(0 * (((deviations'],
    'rows alone are blurred': [
      'return along(rows, kernel, { step: channels * width, length: shape.height });',
      'return rows;',
    ],
    'what is beyond the edge comes from the other side': [
      'if (place + offset < 0 || place + offset >= axis.length) continue;',
      'if (i + offset * axis.step < 0 || i + offset * axis.step >= values.length) continue;',
    ],
  },
  scaleInvariance: {
    'scales go by one': ['divided(2 ** i)', 'divided(1 + i)'],
    'scales begin with a half': ['divided(2 ** i)', 'divided(2 ** (i + 1))'],
  },
  varianceTuning: {
    'the variance is that of the same step': [
      'const direction = variance ? addScaled(gradient, variance, 1) : gradient;\n      variance = subtract(yield* meanGradient(neighbors, goal.loss), gradient);\n      return direction;',
      'variance = subtract(yield* meanGradient(neighbors, goal.loss), gradient);\n      return addScaled(gradient, variance, 1);',
    ],
    'the variance is taken away': ['addScaled(gradient, variance, 1)', 'addScaled(gradient, variance, -1)'],
    'neighbors are too near': ['neighborOf(x, reach,', 'neighborOf(x, 1,'],
    'the mean around is not compared': [
      'subtract(yield* meanGradient(neighbors, goal.loss), gradient)',
      'yield* meanGradient(neighbors, goal.loss)',
    ],
  },
  blockShuffle: {
    'blocks are not turned': ['const degrees = mostDegrees * (2 * uniformFloat64(random) - 1);', 'const degrees = 0;'],
    'strips stay where they are': ['return permutation(strips, random).map((i) => {', 'return ends.map((_, i) => {'],
    'blocks are turned about a corner': [
      'const [centerX, centerY] = [(size.width - 1) / 2, (size.height - 1) / 2];',
      'const [centerX, centerY] = [0, 0];',
    ],
  },
  operatorPerturbation: {
    'the image itself is left out': ['  yield asItIs(x);\n', ''],
    'no operator is applied': ['yield inTurn(looks)(neighbor);', 'yield asItIs(neighbor);'],
  },
};

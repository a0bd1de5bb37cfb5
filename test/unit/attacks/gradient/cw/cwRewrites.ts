import type { Rewrite } from '../../../../support/mutants/rewrite.ts';

/** Mistakes in each file of the attacks of Carlini & Wagner. */
export const cwRewrites: Readonly<Record<string, Readonly<Record<string, Rewrite>>>> = {
  '../../../geometry/adam': {
    'Adam does not correct its averages': ['1 / (1 - beta1 ** this.#t)', '1'],
    'Adam does not correct the average of squares': ['1 / (1 - beta2 ** this.#t)', '1'],
    'Adam has no momentum': ['const beta1 = 0.9;', 'const beta1 = 0;'],
    'Adam forgets squares soon': ['0.999;', '0.99;'],
    'Adam climbs': ['(variables[i] as number) - step', '(variables[i] as number) + step'],
  },
  tanhDescent: {
    'the chain through tanh is missing': ['* (1 - t * t)) / 2', ')'],
    'tanh stays what it was': ['this.#learningRate);\n    this.#squash();', 'this.#learningRate);'],
    'x′ stays where it was': ['point[i] = ((tanh[i] as number) + 1) / 2', ''],
    'black and white stay where they are': ['const shrink = 0.999999', 'const shrink = 1'],
    'w starts in the middle': ['Math.atanh((2 * (start[i] as number) - 1) * shrink)', '0'],
  },
  objective: {
    'the confidence is ignored': ['Math.max(confidence - ahead, 0)', 'Math.max(-ahead, 0)'],
    'f has the wrong sign': ['finite(gradient)', 'finite(gradient.map((g) => -g))'],
    'gradients that are not finite spoil the point': ['finite(gradient)', 'gradient'],
    'the excluded class counts as zero': [
      'const ahead = lead(goal, logits)',
      'const ahead = Math.min(lead(goal, logits), logits[goal.target ?? 1]!)',
    ],
  },
  l2: {
    'c is not searched': ['c = upper < unbounded ? (lower + upper) / 2 : 10 * c;', ''],
    'c only grows': ['upper < unbounded ? (lower + upper) / 2 : 10 * c', '10 * c'],
    'c doubles': ['10 * c', '2 * c'],
    'bounds are swapped': ['upper = Math.min(upper, c);', 'lower = Math.max(lower, c);'],
    'the last search is not a repetition': ['search >= enoughToRepeat', 'false'],
    'the distance is not minimized': ['2 * change - pull', '0 * change - pull'],
    'f is raised where it is satisfied': ['shortfall > 0 ? c : 0', 'c'],
    'it looks back at one loss': ['lowest = Math.min(lowest, loss);', 'lowest = loss;'],
    'nothing stops early': ['if (lowest > 0.9999 * before) break;', ''],
    'only the last iterate counts': ['found ||= success;', 'found = success;'],
    'a tenth of the steps is not waited for': ['Math.floor(steps / 10), ', ''],
  },
  l0: {
    'the pixels that matter most are given up': [
      '(importance[a] as number) - (importance[b] as number)',
      '(importance[b] as number) - (importance[a] as number)',
    ],
    'pixels that are given up keep their change': ['hold(point, image, allowed, shape.channels);', ''],
    'one pixel only is given up': ['given + 1 >= most', 'given >= 0'],
    'a round gives up pixels without end': [' || given + 1 >= most', ''],
    'considerable pixels are given up together': ['(importance[pixel] as number) > considerable || ', ''],
    'every round starts from the image': ['({ point: start, c } = solution);', '({ c } = solution);'],
    'c starts anew every round': ['({ point: start, c } = solution);', '({ point: start } = solution);'],
    'nothing is asked beyond the confidence': ['const surplus = 0.01', 'const surplus = 0'],
  },
  linf: {
    'τ is never shrunk': ['tau = decrease * Math.min(tau, linf);', 'return;'],
    'τ shrinks faster': ['const decrease = 0.9', 'const decrease = 0.5'],
    'τ does not follow what is there': ['Math.min(tau, linf)', 'tau + 0 * linf'],
    'every τ starts from the image': ['({ point: start, c } = solution);', '({ c } = solution);'],
    'all changes are penalized': ['Math.max(Math.abs(change) - tau, 0)', 'Math.abs(change)'],
    'excess counts by its size': ['Math.sign(excess) - pull', 'excess - pull'],
  },
};

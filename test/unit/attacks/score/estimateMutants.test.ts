import { anyCounterexampleWillDo, itFailsRewritten } from '../../../support/mutants/itFails.ts';
import { estimateChecks } from './estimateChecks.ts';

const at = (file: string, part = file) => ({ folder: 'attacks/score', file, exported: file, part });

describe('the checks tell broken code from sound code in estimated gradients', () => {
  anyCounterexampleWillDo();
  itFailsRewritten(estimateChecks(0.006), at('nes', 'estimatedGradient'), {
    'both probes are on one side': ['clip(addScaled(point, u, -radius))', 'clip(addScaled(point, u, 2 * radius))'],
    'the gradient points down': ['(4 * radius * radius)', '(-4 * radius * radius)'],
    'values are too small': ['(4 * radius * radius)', '(400 * radius * radius)'],
    'probes are no images': ['[clip(addScaled(point, u, radius)),', '[addScaled(point, u, radius),'],
    'one pair is left out': ['Array.from({ length: samples }', 'Array.from({ length: samples - 1 }'],
    'pairs are mixed up': ['[rows[2 * i], rows[2 * i + 1]]', '[rows[i], rows[i + probes.length]]'],
    'it costs half': ['* (2 * pairs + 1)', '* (pairs + 1)'],
  });
  itFailsRewritten(estimateChecks(0.006), at('nes'), {
    'it probes far away': ['value: 0.001, text', 'value: 0.1, text'],
  });
  itFailsRewritten(estimateChecks(0.010001), at('spsa'), {
    'it probes farther': ['value: 0.01, text', 'value: 0.02, text'],
    'all directions are alike': ['signVector(size, random)', 'signVector(size, random).fill(1)'],
  });
});

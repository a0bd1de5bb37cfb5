import { anyCounterexampleWillDo, itFailsRewritten } from '../../../support/mutants/itFails.ts';
import { onePixelChecks, sparseChecks, sparseRsChecks } from './sparseChecks.ts';

const at = (file: string, exported: string) => ({ folder: 'attacks/score', file, exported });

describe('the checks tell broken code from sound code in attacks on few pixels by scores', () => {
  anyCounterexampleWillDo();

  describe('in Sparse-RS', () => {
    itFailsRewritten({ ...sparseRsChecks, ...sparseChecks }, at('sparseRs', 'sparseRs'), {
      'one pixel too many changes': ['Math.min(Math.floor(budget.epsilon)', 'Math.min(Math.floor(budget.epsilon) + 1'],
      'nothing is put back': ['copyPixel(changed.point, image,', 'copyPixel(image.slice(), image,'],
      'colors are gray': ['uniformInt(random, 0, 1)', '0.2 + 0.6 * uniformInt(random, 0, 1)'],
      'as many pixels change to the end': ['[Infinity, 20],', '[Infinity, 1],'],
      'few pixels change at first': ['[50, 2],', '[50, 20],'],
      'the same pixels are exchanged': ['shuffle(changed.order, count, count + others, random);', ''],
    });
  });

  describe('in One-pixel', () => {
    itFailsRewritten({ ...onePixelChecks, ...sparseChecks }, at('onePixel', 'onePixel'), {
      'the worse survive': ['if (!(value > (fitness', 'if (!(value < (fitness'],
      'children always survive': ['if (!(value > (fitness[i] ?? -Infinity))) continue;', ''],
      'children never survive': ['population[i] = asked[i] as Genes;', ''],
      'one pixel too many changes': ['Math.floor(budget.epsilon) * length', 'Math.floor(budget.epsilon + 1) * length'],
      'colors are alike at first': ['spreadLevel * normal(random)', 'normal(random)'],
      'places are rows alone': ['Math.floor((genes[start + 1] as number) * width)', '0'],
      'the last generation is whole': ['children.slice(0, left)', 'children.slice()'],
    });
  });
});

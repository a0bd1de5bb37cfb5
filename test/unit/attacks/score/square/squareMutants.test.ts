import { anyCounterexampleWillDo, itFailsRewritten } from '../../../../support/mutants/itFails.ts';
import type { Place } from '../../../../support/mutants/rewrite.ts';
import { squareChecks } from './squareChecks.ts';

const at = (part: string): Place => ({
  folder: 'attacks/score',
  file: 'square/square',
  exported: 'square',
  part,
});

describe('the checks tell broken code from sound code in Square', () => {
  anyCounterexampleWillDo();
  itFailsRewritten(squareChecks, at('square/square'), {
    'the first squares cover half': ["value: 0.8, text: '0.8'", "value: 0.5, text: '0.5'"],
    'the schedule is always stretched': ["when === 'fixed' ? 10_000 : queries", 'queries'],
    'the schedule is never stretched': ["when === 'fixed' ? 10_000 : queries", '10_000'],
    'squares halve later': ['[10, 1],', '[50, 1],'],
    'in linf it moves bumps': ["attempt.budget.norm !== 'linf'", 'true'],
  });
  itFailsRewritten(squareChecks, at('randomSearch'), {
    'all changes are kept': ['if (value > reached)', 'if (value > -Infinity)'],
    'none is kept': ['if (value > reached)', 'if (value > Infinity)'],
    'one query is left out': ['asked < queries', 'asked < queries - 1'],
  });
  itFailsRewritten(squareChecks, at('square/corners'), {
    'it starts with noise': ['row[i % row.length] as number', 'signVector(1, random)[0] as number'],
    'squares are half as high': ['y < top + side', 'y < top + side / 2'],
    'squares are at the corner': ['uniformInt(random, 0, height - side)', '0'],
    'all values are at one end': ['sign < 0 ? low : high', 'high'],
    'ends may be out of the budget': [
      'project(image.map((value) => value + budget.epsilon * sign))',
      'image.map((value) => value + 2 * budget.epsilon * sign)',
    ],
  });
  itFailsRewritten(squareChecks, at('square/bumps'), {
    'the budget is not used up': ['budget.epsilon / (lengthOf', '0.5 * budget.epsilon / (lengthOf'],
    'what is taken away is lost in l1': ['const room = left + spent;', 'const room = left;'],
  });
});

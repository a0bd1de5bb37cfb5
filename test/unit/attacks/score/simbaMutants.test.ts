import { anyCounterexampleWillDo, itFailsRewritten } from '../../../support/mutants/itFails.ts';
import { simbaChecks } from './simbaChecks.ts';

describe('the checks tell broken code from sound code in SimBA', () => {
  anyCounterexampleWillDo();
  itFailsRewritten(
    simbaChecks,
    { folder: 'attacks/score', file: 'simba', exported: 'simba' },
    {
      'it steps one way alone': ['of [1, -1]', 'of [1]'],
      'it steps back from what helped': ['best = value;\n        break;', 'best = value;'],
      'it keeps what does not help': ['if (!(value > best)) continue;', ''],
      'it keeps nothing': ['x = tried;', ''],
      'values come back': ['order[drawn] = order[i] as number;', ''],
      'steps are half as long': ['side * parameters.stepSize', '0.5 * side * parameters.stepSize'],
      'one query is left out': ['left-- <= 0', '--left <= 0'],
      'frequencies are high': ['lowPart = 1 / 8', 'lowPart = 1'],
    },
  );
});

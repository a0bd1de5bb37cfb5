import { anyCounterexampleWillDo, itFailsRewritten } from '../../../support/mutants/itFails.ts';
import { fabChecks } from './fabChecks.ts';
import { fabRewrites } from './fabRewrites.ts';

describe('the checks tell broken code from sound code in FAB', () => {
  anyCounterexampleWillDo();
  itFailsRewritten(fabChecks, 'fab', fabRewrites);
});

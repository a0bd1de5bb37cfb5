import { fabRewrites } from '../../mutants/fabRewrites.ts';
import { anyCounterexampleWillDo, itFailsRewritten } from '../../mutants/itFails.ts';
import { fabChecks } from '../../support/fabChecks.ts';

describe('the checks tell broken code from sound code in FAB', () => {
  anyCounterexampleWillDo();
  itFailsRewritten(fabChecks, 'fab', fabRewrites);
});

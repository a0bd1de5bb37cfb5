import { anyCounterexampleWillDo, itFailsRewritten } from '../../mutants/itFails.ts';
import { linearRewrites } from '../../mutants/linearRewrites.ts';
import { linearChecks } from '../../support/linearChecks.ts';

describe('the checks tell broken code from sound code in the linear explanation', () => {
  anyCounterexampleWillDo();
  itFailsRewritten(linearChecks, 'linear', linearRewrites);
});

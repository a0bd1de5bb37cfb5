import { anyCounterexampleWillDo, itFailsRewritten } from '../../../support/mutants/itFails.ts';
import { linearChecks } from './linearChecks.ts';
import { linearRewrites } from './linearRewrites.ts';

describe('the checks tell broken code from sound code in the linear explanation', () => {
  anyCounterexampleWillDo();
  itFailsRewritten(linearChecks, 'linear', linearRewrites);
});

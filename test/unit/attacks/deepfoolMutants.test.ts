import { deepfoolRewrites } from '../../mutants/deepfoolRewrites.ts';
import { anyCounterexampleWillDo, itFailsRewritten } from '../../mutants/itFails.ts';
import { deepfoolChecks } from '../../support/deepfoolChecks.ts';

describe('the checks tell broken code from sound code in DeepFool', () => {
  anyCounterexampleWillDo();
  itFailsRewritten(deepfoolChecks, 'deepfool', deepfoolRewrites);
});

import { anyCounterexampleWillDo, itFailsRewritten } from '../../../support/mutants/itFails.ts';
import { deepfoolChecks } from './deepfoolChecks.ts';
import { deepfoolRewrites } from './deepfoolRewrites.ts';

describe('the checks tell broken code from sound code in DeepFool', () => {
  anyCounterexampleWillDo();
  itFailsRewritten(deepfoolChecks, 'deepfool', deepfoolRewrites);
});

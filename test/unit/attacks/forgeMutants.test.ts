import { forgeRewrites } from '../../mutants/forgeRewrites.ts';
import { anyCounterexampleWillDo, itFailsRewritten } from '../../mutants/itFails.ts';
import { forgeChecks } from '../../support/forgeChecks.ts';

describe('the checks tell broken code from sound code in the forging of images', () => {
  anyCounterexampleWillDo();
  itFailsRewritten(forgeChecks, 'forge', forgeRewrites);
});

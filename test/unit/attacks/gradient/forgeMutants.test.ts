import { anyCounterexampleWillDo, itFailsRewritten } from '../../../support/mutants/itFails.ts';
import { forgeChecks } from './forgeChecks.ts';
import { forgeRewrites } from './forgeRewrites.ts';

describe('the checks tell broken code from sound code in the forging of images', () => {
  anyCounterexampleWillDo();
  itFailsRewritten(forgeChecks, 'forge', forgeRewrites);
});

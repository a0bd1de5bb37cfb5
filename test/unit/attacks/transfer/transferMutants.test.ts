import { anyCounterexampleWillDo, itFailsRewritten } from '../../../support/mutants/itFails.ts';
import { transferChecks } from './transferChecks.ts';
import { transferRewrites } from './transferRewrites.ts';

describe('the checks of transfer tell broken code from sound code', () => {
  anyCounterexampleWillDo();

  for (const [part, rewrites] of Object.entries(transferRewrites)) {
    describe(`in ${part}`, () => {
      const place = { folder: 'attacks/transfer', file: 'transfer', exported: 'transfer', part };
      itFailsRewritten(transferChecks, place, rewrites);
    });
  }
});

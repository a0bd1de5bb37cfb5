import { runAttack } from '../../../src/runner/runAttack.ts';
import { itPasses } from '../../support/checks.ts';
import { invariants } from '../../support/invariants.ts';
import { restless } from '../../support/toyAttack.ts';
import { runnerChecks } from './runnerChecks.ts';

describe('running an attack', () => {
  itPasses(runnerChecks, runAttack);

  describe('that asks for anything in any order', () => {
    const { 'finds a candidate for every image, however small the budget': _, ...others } = invariants;
    itPasses(others, restless);
  });
});

import { outcomesOf } from '../../../src/runner/runAttack.ts';
import { itPasses } from '../../support/checks.ts';
import { queriesChecks } from './queriesChecks.ts';

describe('queries', () => {
  itPasses(queriesChecks, outcomesOf);
});

import { Adam } from '../../../src/attacks/adam.ts';
import { adamChecks } from '../../support/adamChecks.ts';
import { itPasses } from '../../support/checks.ts';

describe('Adam', () => {
  itPasses(adamChecks, Adam);
});

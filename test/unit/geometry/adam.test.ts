import { Adam } from '../../../src/geometry/adam.ts';
import { itPasses } from '../../support/checks.ts';
import { adamChecks } from './adamChecks.ts';

describe('Adam', () => {
  itPasses(adamChecks, Adam);
});

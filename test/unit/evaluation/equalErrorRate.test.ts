import { equalErrorRate } from '../../../src/evaluation/equalErrorRate.ts';
import { itPasses } from '../../support/checks.ts';
import { equalErrorRateChecks } from './equalErrorRateChecks.ts';

describe('the equal error rate', () => {
  itPasses(equalErrorRateChecks, equalErrorRate);
});

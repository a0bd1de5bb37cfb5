import assert from 'node:assert/strict';
import { logisticRegression } from '../../../../src/defenses/detectors/logisticRegression.ts';
import { firstFailure, itPasses } from '../../../support/checks.ts';
import { type Rewrite, rewrittenPart } from '../../../support/mutants/rewrite.ts';
import { logisticRegressionChecks } from './logisticRegressionChecks.ts';

describe('Logistic regression', () => {
  itPasses(logisticRegressionChecks, logisticRegression);
});

const rewrites: Readonly<Record<string, Rewrite>> = {
  'nothing keeps weights small': [
    'const ridge = (k: number) => (k < size ? 1 : 0);',
    'const ridge = (k: number) => (k < size ? 1e-9 : 0);',
  ],
  'the intercept is kept small': ['(k < size ? 1 : 0)', '(k <= size ? 1 : 0)'],
  'kinds weigh by their numbers': ['labels.length / (2 *', '1 || (2 *'],
  'it gives up after a step': ['const mostSteps = 50', 'const mostSteps = 1'],
  'there is no intercept': ['[...row, 1]', '[...row, 0]'],
  'labels are turned': ['(chance - (labels[i] ? 1 : 0))', '(chance - (labels[i] ? 0 : 1))'],
  'the system is not solved': ['known) / (row[i] as number)', 'known)'],
};

describe('the checks tell broken code from sound code in logistic regression', () => {
  for (const [name, rewrite] of Object.entries(rewrites)) {
    it(`where ${name}`, async () => {
      const exported = 'logisticRegression';
      const place = { folder: 'defenses/detectors', file: exported, exported };
      const mutant = await rewrittenPart<typeof logisticRegression>(place, rewrite);
      assert.notEqual(await firstFailure(logisticRegressionChecks, mutant), undefined, 'the mutant passes every check');
    });
  }
});

import assert from 'node:assert/strict';
import { trainSupportVectorMachine } from '../../../../src/defenses/detectors/supportVectorMachine.ts';
import { firstFailure, itPasses } from '../../../support/checks.ts';
import { anyCounterexampleWillDo } from '../../../support/mutants/itFails.ts';
import { type Rewrite, rewrittenPart } from '../../../support/mutants/rewrite.ts';
import { supportVectorChecks } from './supportVectorChecks.ts';

describe('Training a support vector machine', () => {
  itPasses(supportVectorChecks, trainSupportVectorMachine);
});

const rewrites: Readonly<Record<string, Rewrite>> = {
  'the box has no walls': ['const delta = Math.min(room, ', 'const delta = Math.max(0, '],
  'the second may leave the box': [
    'y(j) > 0 ? (alphas[j] as number) : (bounds[j] as number) - (alphas[j] as number),',
    'Infinity,',
  ],
  'labels are forgotten in the gradient': ['+ y(t) * delta *', '+ delta *'],
  'it is content too soon': ['- lowest < tolerance', '- lowest < 0.5'],
  'there is no bias': ['return { alphas, bias: biasOf() };', 'return { alphas, bias: 0 };'],
  'the sign of the bias is wrong': ['return { alphas, bias: biasOf() };', 'return { alphas, bias: -biasOf() };'],
  'the step is twice as long': [
    '(violation(i) - violation(j)) / curvature(i, j)',
    '2 * (violation(i) - violation(j)) / curvature(i, j)',
  ],
  'the bias is that of examples at bounds': ['return free > 0 ? sum / free', 'return free > 1e9 ? sum / free'],
};

describe('the checks tell broken code from sound code in training a support vector machine', () => {
  anyCounterexampleWillDo();
  for (const [name, rewrite] of Object.entries(rewrites)) {
    it(`where ${name}`, async () => {
      const place = {
        folder: 'defenses/detectors',
        file: 'supportVectorMachine',
        exported: 'trainSupportVectorMachine',
      };
      const mutant = await rewrittenPart<typeof trainSupportVectorMachine>(place, rewrite);
      assert.notEqual(await firstFailure(supportVectorChecks, mutant), undefined, 'the mutant passes every check');
    });
  }
});

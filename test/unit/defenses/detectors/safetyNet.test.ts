import assert from 'node:assert/strict';
import { safetyNet } from '../../../../src/defenses/detectors/safetyNet.ts';
import { firstFailure, itPasses } from '../../../support/checks.ts';
import { completed, fitted, transparentClassifier } from '../../../support/fittedDetector.ts';
import { type Rewrite, rewrittenPart } from '../../../support/mutants/rewrite.ts';
import { noise } from '../../../support/onnx/makeModel.ts';
import { safetyNetChecks } from './safetyNetChecks.ts';

describe('SafetyNet', () => {
  itPasses(safetyNetChecks, safetyNet);

  const classifier = transparentClassifier(3);
  const clean = Array.from({ length: 8 }, (_, i) => ({ pixels: noise(3, i), label: 0 }));
  const adversarial = clean.map(({ label }, i) => ({ pixels: noise(3, i + 9), label, attack: 'fgsm', original: i }));

  it('refuses examples of one kind', async () => {
    for (const examples of [{ clean }, { clean: [], adversarial }, { clean, adversarial: adversarial.slice(6) }]) {
      await assert.rejects(fitted(safetyNet, examples, classifier), {
        name: 'UserError',
        message: /learns from at least 3 clean and 3 adversarial images/,
      });
    }
  });

  it('refuses a state that is damaged', async () => {
    const { state } = await fitted(safetyNet, { clean, adversarial }, classifier);
    const bind = (change: object, arrays: object = {}) =>
      safetyNet.bind(
        { values: { ...state.values, ...change }, arrays: { ...state.arrays, ...arrays } },
        completed(safetyNet),
        classifier,
      );
    await bind({});
    for (const broken of [
      bind({ sigma: 0 }),
      bind({ bias: 'none' }),
      bind({ activations: [1] }),
      bind({}, { thresholds: undefined }),
      bind({}, { spread: { shape: [4], data: new Float32Array(4) } }),
      bind({}, { coefficients: { shape: [1], data: new Float32Array(1) } }),
    ]) {
      await assert.rejects(broken, { name: 'UserError', message: /damaged/ });
    }
  });
});

const rewrites: Readonly<Record<string, Rewrite>> = {
  'clean images are taken for adversarial ones': ['i < cleanUnits.length ? -1 : 1', 'i < cleanUnits.length ? 1 : -1'],
  'there is a threshold too high': ['level / levels)', '(level + 1) / (levels + 1))'],
  'thresholds are of all images': [
    'thresholdsOf(cleanUnits, units, parameters.levels)',
    'thresholdsOf(adversarialUnits, units, parameters.levels)',
  ],
  'codes are binary anyway': ['code[unit] = (code[unit] as number) + 1;', 'code[unit] = 1;'],
  'there is no bias': ['let score = bias;', 'let score = 0;'],
  'the kernel is twice as wide': ['Math.exp(-square / (2 * sigma * sigma))', 'Math.exp(-square / (8 * sigma * sigma))'],
  'labels are forgotten in the state': ['(alphas[i] as number) * (labels[i] as number)),', 'alphas[i] as number),'],
  'the sign of the gradient is wrong': ['(gradient[u] as number) - weight', '(gradient[u] as number) + weight'],
  'the way back is as narrow as the kernel': ['Math.max(sigma, Math.sqrt(medianOf(squares)))', 'sigma'],
  'the way back is never as narrow as the kernel': [
    'Math.max(sigma, Math.sqrt(medianOf(squares)))',
    'Math.sqrt(medianOf(squares))',
  ],
  'the way back goes straight through': ['slope += steep * passed * (1 - passed);', 'slope = 1;'],
  'the slope is forgotten': ['1 / (slope * one)', '1 / one'],
  'the spread is that of adversarial images': [
    'spreadOfUnits(cleanUnits, units)',
    'spreadOfUnits(adversarialUnits, units)',
  ],
  'the larger kind outweighs the other': [
    '(cost * own.length) / (2 * (label > 0 ? positive : own.length - positive))',
    'cost',
  ],
  'cross-validation tests on what it trained on': ['filter((i) => foldOf(i) !== fold)', 'filter(() => false)'],
  'all examples are taken': ['sample(clean, ({ label }) => label, parameters.examples, seed)', 'clean'],
};

describe('the checks tell broken code from sound code in SafetyNet', () => {
  for (const [name, rewrite] of Object.entries(rewrites)) {
    it(`where ${name}`, async () => {
      const place = { folder: 'defenses/detectors', file: 'safetyNet', exported: 'safetyNet' };
      const mutant = await rewrittenPart<typeof safetyNet>(place, rewrite);
      assert.notEqual(await firstFailure(safetyNetChecks, mutant), undefined, 'the mutant passes every check');
    });
  }
});

import assert from 'node:assert/strict';
import { computeMetrics } from '../../../src/evaluation/metrics.ts';
import { contextForAssistants } from '../../../src/reports/contextForAssistants.ts';
import { unstartedReport } from '../../../src/reports/unstartedReport.ts';
import { planOf } from '../../support/plans.ts';

describe('what a language model is told of a test', () => {
  const norms = { linf: 1, l2: 1, l1: 1, l0: 1 };
  const metrics = computeMetrics([{ status: 'held' }, { status: 'fooled', norms }], 'linf', { targeted: false });
  const round = { epsilon: 0.25, parameters: {}, metrics, queries: { points: 0, gradients: 0 }, warnings: [] };
  const report = { ...unstartedReport(planOf(), 'process'), rounds: [round] };

  it('are the test, the figures at each budget, and where it is defined', () => {
    assert.deepEqual(contextForAssistants({ ...report, dataset: { ...report.dataset, images: 2 } }), [
      'The test "test" attacks the model "model" (/nowhere/model.json) with FGSM (white-box, untargeted, norm L∞) on 2 images of "dataset".',
      'At L∞ 0.25: clean accuracy 100.0%, robust accuracy 50.0%, success rate 50.0%, median distance ∞; of 2 images attacked, 1 were fooled and 1 held.',
      'The result was not audited.',
      'The test is defined at /nowhere/settings.json:1.',
    ]);
  });

  it('is what the attack is crafted on', () => {
    const surrogates = [{ name: 'other', path: '/nowhere/other.onnx' }];
    const lines = contextForAssistants({ ...report, surrogates });
    assert.ok(lines.includes('It is crafted on "other", and the model only judges.'), lines.join('\n'));
  });

  it('is what the audit found', () => {
    const told = (findings: readonly { check: string; message: string }[]) =>
      contextForAssistants({ ...report, findings }).find((line) => /audit/i.test(line));
    assert.equal(told([]), 'The audit found no sign that the result overstates robustness.');
    assert.equal(
      told([
        { check: 'a', message: 'One.' },
        { check: 'b', message: 'Two.' },
      ]),
      'Audit: One. Two.',
    );
  });
});

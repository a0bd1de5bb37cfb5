import assert from 'node:assert/strict';
import { unstartedReport } from '../../../src/reports/unstartedReport.ts';
import { quickImages, quickly, recordedImages, recordingSteps } from '../../../src/run/profiles.ts';
import { planOf } from '../../support/plans.ts';

describe('a quick run', () => {
  const plan = planOf({ audit: 'strict' });
  const limits = (limit?: number) =>
    quickly(planOf({ dataset: { name: 'd', path: '/d', labels: 'folders', ...(limit && { limit }) } })).dataset?.limit;

  it('takes few images, and never more than the test', () => {
    assert.deepEqual([undefined, 3, 1000].map(limits), [quickImages, 3, quickImages]);
  });

  it('makes no audit, and changes nothing else', () => {
    const { dataset, audit, quick, ...rest } = quickly(plan);
    const { dataset: all, audit: _, ...same } = plan;
    assert.deepEqual(rest, same);
    assert.deepEqual([dataset, audit, quick], [{ ...all, limit: quickImages }, false, true]);
  });

  it('forges from noise as always', () => {
    const { dataset: _, ...noise } = plan;
    assert.equal(quickly(noise).dataset, undefined);
  });

  it('is told in the report', () => {
    const { quick, warnings } = unstartedReport(quickly(plan), 'process');
    assert.equal(quick, true);
    assert.match(warnings.join(), /quick run/);
    const whole = unstartedReport(plan, 'process');
    assert.deepEqual([whole.quick, whole.warnings], [undefined, []]);
  });

  it('is told beside that a test cannot fail', () => {
    const { warnings } = unstartedReport(quickly({ ...plan, expect: { robustAccuracy: [0] } }), 'process');
    assert.match(warnings.join(), /quick run.*This test cannot fail/);
  });
});

describe('a run that records steps', () => {
  it('records a few images, or those that the test names', () => {
    assert.equal(recordingSteps(planOf()).record, recordedImages);
    assert.deepEqual(recordingSteps(planOf({ record: ['a.png'] })).record, ['a.png']);
  });
});

import assert from 'node:assert/strict';
import { underAudit } from '../../../src/audit/underAudit.ts';
import type { Comparison } from '../../../src/evaluation/comparison.ts';
import type { AuditMode } from '../../../src/evaluation/plan.ts';
import type { Conclusion } from '../../../src/evaluation/verdict.ts';
import { planOf } from '../../support/plans.ts';

const robust: Comparison = { metric: 'robustAccuracy', expected: 0.5, measured: 0.7, result: 'met' };
const clean: Comparison = { ...robust, metric: 'cleanAccuracy' };
const passed: Conclusion = { status: 'passed', comparisons: [robust] };
const tested = (audit: AuditMode) => planOf({ attack: 'pgd', audit });
const finding = { check: 'zero-gradients', message: 'The gradient is zero on 9 of 16 images.' };

describe('an audit', () => {
  it('leaves a test errored that has passed on a result it questions, and says why', () => {
    const { status, objection } = underAudit(tested(true), passed, [finding]);
    assert.equal(status, 'errored');
    assert.match(objection ?? '', /were met, but the audit questions this result: The gradient is zero on 9 .* false/);
  });

  it('takes a finding for a failure where it is strict, and says it', () => {
    const { status, objection } = underAudit(tested('strict'), passed, [finding, finding]);
    assert.equal(status, 'failed');
    assert.match(objection ?? '', /questions this result: The gradient is zero on 9 .* There is 1 more finding\.$/);
  });

  it('leaves a test that it could not be finished on errored where it is strict', () => {
    assert.equal(underAudit(tested('strict'), passed, undefined).status, 'errored');
    assert.deepEqual(underAudit(tested(true), passed, undefined), passed);
  });

  it('lets a test pass of which it finds nothing', () => {
    for (const audit of [true, 'strict'] as const) assert.deepEqual(underAudit(tested(audit), passed, []), passed);
  });

  it('does not question clean accuracy, unless it is strict', () => {
    const conclusion: Conclusion = { status: 'passed', comparisons: [clean] };
    assert.deepEqual(underAudit(tested(true), conclusion, [finding]), conclusion);
    assert.equal(underAudit(tested('strict'), conclusion, [finding]).status, 'failed');
    assert.equal(underAudit(tested(true), { ...passed, comparisons: [clean, robust] }, [finding]).status, 'errored');
  });

  it('does not question an attacker who is limited on purpose, unless it is strict', () => {
    const limited = [
      { attack: 'square', epsilons: [0.1] },
      { attack: 'pgd', queries: 20 },
    ];
    for (const given of limited) {
      assert.deepEqual(underAudit(planOf({ ...given, audit: true }), passed, [finding]), passed);
      assert.equal(underAudit(planOf({ ...given, audit: 'strict' }), passed, [finding]).status, 'failed');
    }
  });

  it('questions the pass of any attacker where the answers of the model vary', () => {
    const random = { check: 'randomized-outputs', message: 'The model answers differently on 9 of 16.' };
    const asking = planOf({ attack: 'square', epsilons: [0.1], audit: true });
    const { status, objection } = underAudit(asking, passed, [finding, random]);
    assert.equal(status, 'errored');
    assert.match(objection ?? '', /questions this result: The model answers differently on 9 of 16\. Follow/);
    assert.deepEqual(underAudit(asking, { status: 'passed', comparisons: [clean] }, [random]).status, 'passed');
  });

  it('changes no verdict but a pass, and none where it is off', () => {
    for (const status of ['failed', 'errored', 'measured'] as const) {
      const conclusion: Conclusion = { ...passed, status };
      for (const audit of [true, 'strict'] as const) {
        assert.deepEqual(underAudit(tested(audit), conclusion, [finding]), conclusion);
      }
    }
    assert.deepEqual(underAudit(tested(false), passed, [finding]), passed);
  });
});

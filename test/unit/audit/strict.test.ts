import assert from 'node:assert/strict';
import { underAudit } from '../../../src/audit/strict.ts';
import type { Conclusion } from '../../../src/evaluation/verdict.ts';

const passed: Conclusion = { status: 'passed', comparisons: [] };
const finding = { check: 'zero-gradients', message: 'The gradient is zero on 9 of 16 images.' };

describe('a strict audit', () => {
  it('takes a finding for a failure, and says it', () => {
    const { status, objection } = underAudit({ audit: 'strict' }, passed, [finding, finding]);
    assert.equal(status, 'failed');
    assert.match(objection ?? '', /questions this result: The gradient is zero on 9 .* There is 1 more finding\.$/);
  });

  it('leaves a test that it could not be finished on errored', () => {
    assert.equal(underAudit({ audit: 'strict' }, passed, undefined).status, 'errored');
  });

  it('lets a test pass of which it finds nothing', () => {
    assert.deepEqual(underAudit({ audit: 'strict' }, passed, []), passed);
  });

  it('changes no verdict but a pass, and none where it is not strict', () => {
    for (const status of ['failed', 'errored'] as const) {
      const conclusion: Conclusion = { ...passed, status };
      assert.deepEqual(underAudit({ audit: 'strict' }, conclusion, [finding]), conclusion);
    }
    assert.deepEqual(underAudit({ audit: true }, passed, [finding]), passed);
    assert.deepEqual(underAudit({ audit: true }, passed, undefined), passed);
  });
});

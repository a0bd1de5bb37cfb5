import type { TestPlan } from '../evaluation/plan.ts';
import type { Conclusion } from '../evaluation/verdict.ts';
import type { Finding } from './finding.ts';

/**
 * What a test comes to once it was audited. Where the audit is strict, a finding is a failure, and a test that could not be
 * audited is errored.
 * @param findings missing where the audit could not be finished.
 */
export function underAudit(
  { audit }: Pick<TestPlan, 'audit'>,
  conclusion: Conclusion,
  findings: readonly Finding[] | undefined,
): Conclusion {
  if (audit !== 'strict' || conclusion.status !== 'passed') return conclusion;
  if (findings === undefined) {
    const objection = 'The audit is strict and could not be finished, so the result was not checked. See the warnings.';
    return { ...conclusion, status: 'errored', objection };
  }
  const [first, ...others] = findings;
  if (first === undefined) return conclusion;
  const rest =
    others.length === 0
      ? ''
      : ` There ${others.length === 1 ? 'is 1 more finding' : `are ${others.length} more findings`}.`;
  const objection = `The audit is strict and questions this result: ${first.message}${rest}`;
  return { ...conclusion, status: 'failed', objection };
}

import type { Comparison } from '../evaluation/comparison.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import type { Conclusion } from '../evaluation/verdict.ts';
import { definitionOf } from '../runner/configuredAttack.ts';
import { randomizedOutputs } from './checks/randomizedOutputs.ts';
import type { Finding } from './finding.ts';

/**
 * What a test comes to once it was audited. Expectations that were met by a result which the audit questions prove nothing:
 * the test is errored, or failed where the audit is strict. A test that a strict audit could not be finished on is errored.
 * Unless it is strict, clean accuracy is what it is, whatever attacks are worth, and a test of an attacker who has no gradients,
 * or may ask only so much, claims nothing of stronger ones: but where the model's answers vary, what held did so by chance.
 * @param findings missing where the audit could not be finished.
 */
export function underAudit(
  { audit, attacks: [attacker] }: Pick<TestPlan, 'audit' | 'attacks'>,
  conclusion: Conclusion,
  findings: readonly Finding[] | undefined,
): Conclusion {
  const isStrict = audit === 'strict';
  const claimsRobustness = conclusion.comparisons.some(isOfAttacks);
  if (!audit || conclusion.status !== 'passed' || !(isStrict || claimsRobustness)) return conclusion;
  if (findings === undefined) {
    if (!isStrict) return conclusion;
    const objection = 'The audit is strict and could not be finished, so the result was not checked. See the warnings.';
    return { ...conclusion, status: 'errored', objection };
  }
  const isQuestioned = ({ check }: Finding) => isStrict || !isLimited(attacker) || check === randomizedOutputs.id;
  const [first, ...others] = findings.filter(isQuestioned);
  if (first === undefined) return conclusion;
  const rest =
    others.length === 0
      ? ''
      : ` There ${others.length === 1 ? 'is 1 more finding' : `are ${others.length} more findings`}.`;
  const doubt = `questions this result: ${first.message}${rest}`;
  return isStrict
    ? { ...conclusion, status: 'failed', objection: `The audit is strict and ${doubt}` }
    : {
        ...conclusion,
        status: 'errored',
        objection: `The expectations were met, but the audit ${doubt} Follow the advice of the finding, or set "audit" to false to judge this attack alone.`,
      };
}

function isLimited({ attack, choice: { queries } }: TestPlan['attacks'][0]): boolean {
  return definitionOf(attack).threatModel !== 'white-box' || queries !== undefined;
}

function isOfAttacks({ metric }: Comparison): boolean {
  return metric !== 'cleanAccuracy';
}

import { type AuditOptions, audit, type OnCheck } from '../audit/audit.ts';

import type { TestPlan } from '../evaluation/plan.ts';
import { openModel } from '../models/open.ts';
import type { OpenedModel } from '../models/openedModel.ts';
import type { ModelOptions } from '../models/options.ts';
import type { TestReport } from '../reports/report.ts';
import { type Victim, victimOf } from '../runner/victim.ts';
import { describeError } from '../userError.ts';

/**
 * The audit of a test, with the other models of its settings as surrogates where they take the same images for the same
 * classes. What keeps it from being finished is a warning: the verdict stands without it.
 */
export async function auditTest(
  plan: TestPlan,
  options: Omit<AuditOptions, 'surrogates'> & {
    readonly computing: ModelOptions;
    readonly onCheck: OnCheck;
  },
): Promise<Pick<TestReport, 'findings' | 'notChecked'> | Pick<TestReport, 'warnings'>> {
  const opened: OpenedModel['classifier'][] = [];
  try {
    // What is asked over a network gives no gradients.
    const files = (plan.siblings ?? []).filter(({ endpoint }) => endpoint === undefined);
    for (const source of files) opened.push((await openModel(source, options.computing)).classifier);
    const { victim, signal } = options.conditions;
    signal?.throwIfAborted();
    const surrogates = opened.map(victimOf).filter((other) => other.access === 'gradients' && isAlike(other, victim));
    return await audit(plan, { ...options, surrogates, exhaustive: plan.audit === 'strict' });
  } catch (error) {
    options.conditions.signal?.throwIfAborted();
    return { warnings: [`The audit could not be finished: ${describeError(error)}`] };
  } finally {
    for (const classifier of opened) classifier.dispose();
  }
}

function isAlike(a: Victim, b: Victim): boolean {
  return JSON.stringify([a.input, a.classes]) === JSON.stringify([b.input, b.classes]);
}

import { audit, type OnCheck } from '../audit/audit.ts';
import type { AuditOptions } from '../audit/trial.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import { type Classifier, type DifferentiableClassifier, isDifferentiable } from '../models/classifier.ts';
import { openModel } from '../models/open.ts';
import type { ModelOptions } from '../models/options.ts';
import type { TestReport } from '../reports/report.ts';
import { describeError } from '../userError.ts';

/**
 * The audit of a test, with the other models of its settings as surrogates where they take the same images for the same
 * classes. What keeps it from being finished is a warning: the verdict stands without it.
 */
export async function auditTest(
  plan: TestPlan,
  classifier: Classifier,
  options: Omit<AuditOptions, 'surrogates'> & { readonly computing: ModelOptions; readonly onCheck: OnCheck },
): Promise<Pick<TestReport, 'findings'> | Pick<TestReport, 'warnings'>> {
  const surrogates: (DifferentiableClassifier & { dispose(): void })[] = [];
  try {
    for (const source of plan.surrogates ?? []) {
      const { classifier: other } = await openModel(source, options.computing);
      if (isDifferentiable(other) && isAlike(other, classifier)) surrogates.push(other);
      else other.dispose();
    }
    return { findings: await audit(plan, { ...options, surrogates }) };
  } catch (error) {
    options.conditions.signal?.throwIfAborted();
    return { warnings: [`The audit could not be finished: ${describeError(error)}`] };
  } finally {
    for (const surrogate of surrogates) surrogate.dispose();
  }
}

function isAlike(a: Classifier, b: Classifier): boolean {
  return JSON.stringify([a.input, a.classes]) === JSON.stringify([b.input, b.classes]);
}

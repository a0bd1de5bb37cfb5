import { type BaselineLine, exampleKey, readBaseline } from '../corpus/baseline.ts';
import { type AgainstBaseline, compareWithBaseline, type Measured } from '../corpus/compareWithBaseline.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import { describeBaseline, verdictUnderBaseline } from '../reports/baseline.ts';
import { eachExample } from '../reports/examples.ts';
import { underKnown } from '../reports/known.ts';
import type { TestReport } from '../reports/report.ts';
import { describeError } from '../userError.ts';

/**
 * A report as it is once its test is held against what is known from before: a known counterexample that is newly fooled
 * is a failure, and so is a loss against the baseline that is no chance. A baseline that cannot be read is an error.
 */
export async function underBaseline(report: TestReport, plan: TestPlan, folder: string): Promise<TestReport> {
  const known = { ...report, ...underKnown(report, report.counterexamples) };
  const { robustness } = plan;
  if (robustness === undefined || report.attack.kind !== 'attack' || report.rounds.length === 0) return known;
  try {
    const lines = await readBaseline(robustness);
    if (lines.length === 0) return known;
    const own = lines.filter(({ test }) => test === plan.id);
    if (own.length === 0) return { ...known, warnings: [...known.warnings, notInBaseline] };
    return withComparison(known, compareWithBaseline(await measuredIn(folder, known), own, plan.target !== undefined));
  } catch (error) {
    return { ...known, status: 'errored', message: [describeError(error), known.message].join('; ') };
  }
}

const notInBaseline = 'This test is not in the baseline yet, and was not compared with it. Update the baseline.';

function withComparison(report: TestReport, baseline: AgainstBaseline): TestReport {
  const { status, message } = verdictUnderBaseline(report, baseline);
  return { ...report, status, message, baseline, warnings: [...report.warnings, ...describeBaseline(baseline)] };
}

/** What the examples of a test came to in a run. */
export async function measuredIn(folder: string, { id, attack: { norm } }: TestReport): Promise<Measured[]> {
  const measured: Measured[] = [];
  for await (const { test, image, epsilon, status, ...example } of eachExample(folder)) {
    if (test !== id) continue;
    measured.push({
      example: exampleKey({ ...example, norm }),
      image,
      ...(epsilon !== undefined && { epsilon }),
      status,
    });
  }
  return measured;
}

/** The lines of the baseline that the examples of a test make. */
export async function linesOf(folder: string, report: TestReport): Promise<BaselineLine[]> {
  const model = report.model.sha256 as string;
  return (await measuredIn(folder, report)).map(({ example, epsilon, status }) => ({
    example,
    test: report.id,
    ...(epsilon !== undefined && { epsilon }),
    status,
    model,
  }));
}

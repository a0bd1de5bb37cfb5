import type { ExampleReport, TestReport } from '../reports/report.ts';
import type { RunProgress, ShownExample, ShownTest } from './protocol.ts';

/** A test, as far as it is known. */
interface KnownTest {
  readonly report: TestReport;
  readonly examples: readonly ExampleReport[];
  readonly progress?: RunProgress;
  /** When the run began. */
  readonly started?: string;
}

/** What is sent to the page immediately: everything but the steps of traces, of which there are many. */
export function shownTest(test: KnownTest): Pick<ShownTest, 'report' | 'examples' | 'classes' | 'progress'> {
  return { ...withoutExamples(test), examples: test.examples.map(withoutSteps) };
}

/** What is known of the test as a whole. */
export function withoutExamples({
  report,
  progress,
}: Pick<KnownTest, 'report' | 'progress'>): Pick<ShownTest, 'report' | 'classes' | 'progress'> {
  return { report, classes: report.model.classes ?? [], ...(progress && { progress }) };
}

/** An example without the steps of its trace. */
export function withoutSteps({ trace, ...example }: ExampleReport): ShownExample {
  if (trace === undefined) return example;
  const { steps: _, ...rest } = trace;
  return { ...example, trace: rest };
}

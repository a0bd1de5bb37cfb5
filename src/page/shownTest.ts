import type { ExampleReport, TestReport } from '../reports/report.ts';
import { exampleToOpen } from './opening.ts';
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

/** Examples that fill any window. */
const usualBeginning = 100;

/**
 * How many examples a page needs at first, of those in the order of their file: enough for its list, and the one that it
 * opens on. They are there at once, while thousands take their time on the way.
 * @param selected place of an example that is asked for.
 */
export function lengthOfBeginning(
  { report, examples }: Pick<KnownTest, 'report' | 'examples'>,
  selected: number | undefined,
): number {
  const items = examples.flatMap((example, place) => (example.isOutside ? [] : [{ example, place }]));
  const { place = 0 } = exampleToOpen(items, report) ?? {};
  return Math.max(usualBeginning, place + 1, (selected ?? 0) + 1);
}

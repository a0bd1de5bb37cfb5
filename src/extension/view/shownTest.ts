import type { ShownTest } from '../../page/protocol.ts';
import type { LoadedTest } from './loadTest.ts';

/** What the page gets at once of a test: all but the steps of traces, which are many. */
export function shownTest({ report, examples }: LoadedTest): Pick<ShownTest, 'report' | 'examples' | 'classes'> {
  const { classes = [] } = report.model;
  return {
    report,
    classes,
    examples: examples.map(({ trace, ...example }) => {
      if (trace === undefined) return example;
      const { steps: _, ...rest } = trace;
      return { ...example, trace: rest };
    }),
  };
}

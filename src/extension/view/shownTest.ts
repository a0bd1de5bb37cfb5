import type { ShownTest } from '../../page/protocol.ts';
import type { LoadedTest } from './loadTest.ts';

/** What is sent to the page immediately: everything but the steps of traces, of which there are many. */
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

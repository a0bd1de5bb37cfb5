import type { ExampleReport, TestReport } from '../reports/report.ts';

/**
 * The examples of a run that say most: of each test those that were fooled by the least, one for each image, at its smallest
 * budget. The tests take turns, as distances in different norms cannot be compared. A test in which nothing was fooled
 * shows what held.
 * @param tests with their examples.
 * @param most in all.
 */
export function worstExamples(
  tests: readonly { readonly report: TestReport; readonly examples: readonly ExampleReport[] }[],
  most: number,
): Set<ExampleReport> {
  const queues = tests.map(({ report, examples }) => byDistance(report, examples));
  const longest = Math.max(0, ...queues.map(({ length }) => length));
  const chosen: ExampleReport[] = [];
  for (let place = 0; place < longest && chosen.length < most; place++) {
    chosen.push(...queues.flatMap((queue) => queue[place] ?? []));
  }
  return new Set(chosen.slice(0, most));
}

function byDistance({ attack: { norm } }: TestReport, examples: readonly ExampleReport[]): ExampleReport[] {
  const of = (wanted: ExampleReport['status']) => examples.filter(({ status }) => status === wanted);
  const fooled = of('fooled');
  const candidates = fooled.length > 0 ? fooled : of('held');
  const distance = ({ norms }: ExampleReport) => norms?.[norm] ?? Infinity;
  const nearest = new Map<number, ExampleReport>();
  for (const example of candidates) {
    const known = nearest.get(example.index);
    if (known === undefined || distance(example) < distance(known)) nearest.set(example.index, example);
  }
  return [...nearest.values()].sort((a, b) => compare(distance(a), distance(b)) || a.index - b.index);
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}

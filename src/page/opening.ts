import type { ExampleReport, TestReport } from '../reports/report.ts';

/** What holds an example: an item of the page. */
interface Holder {
  readonly example: Pick<ExampleReport, 'status' | 'epsilon'>;
}

/**
 * The example that a view opens on: one that shows why the test failed, or else one that was fooled, at the budget where
 * the test fails or at the largest one; where none was, one that was attacked.
 */
export function exampleToOpen<T extends Holder>(
  items: readonly T[],
  { comparisons, attack }: Pick<TestReport, 'comparisons' | 'attack'>,
): T | undefined {
  const missed = comparisons.find(({ result }) => result === 'missed');
  const budget = missed?.epsilon ?? attack.epsilons.toSorted((a, b) => a - b).at(-1);
  const has = (status: string, epsilon?: number) =>
    items.find(({ example }) => example.status === status && (epsilon === undefined || example.epsilon === epsilon));
  return (
    (missed?.metric === 'cleanAccuracy' ? has('wrong') : undefined) ??
    has('fooled', budget) ??
    has('fooled') ??
    has('held', budget) ??
    has('undecided') ??
    items[0]
  );
}

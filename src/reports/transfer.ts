import type { RoundTransfer } from '../evaluation/transfer.ts';
import { describeBudget } from './outcome.ts';
import type { TestReport } from './report.ts';

/** What examples made on surrogates came to there and on the model, a line for each budget; empty without surrogates. */
export function describeTransfer({
  surrogates,
  rounds,
  attack: { norm },
}: Pick<TestReport, 'surrogates' | 'rounds' | 'attack'>): string[] {
  if (surrogates === undefined) return [];
  const names = surrogates.map(({ name }) => name).join(' and ');
  return rounds.flatMap((round) => {
    const { transfer, metrics, epsilon } = round;
    if (transfer === undefined) return [];
    const { eligible, fooled } = metrics.counts;
    const where = epsilon === undefined ? '' : ` at ${describeBudget(round, norm)}`;
    return [
      `of ${eligible === 1 ? '1 image' : `${eligible} images`}${where}, ${transfer.fooledSurrogate} fool the surrogate ${names}, and ${fooled} the model; ${describeWhiteBox(transfer)}`,
    ];
  });
}

function describeWhiteBox({ whiteBox }: RoundTransfer): string {
  if (whiteBox === undefined) return 'the model gives no gradients for a white-box attack';
  return `with the model’s gradients, ${whiteBox.title} fools ${whiteBox.metrics.counts.fooled}`;
}

import { formatPercent } from '../../src/reports/format.ts';
import type { TransferMatrix } from '../../src/reports/report.ts';
import type { Translate } from '../l10n.ts';
import { createDataTable } from './dataTable.ts';

/** What fools each model that was crafted on each surrogate, and what a white-box attack comes to in the last row. */
export function createTransferTable(t: Translate, matrix: TransferMatrix): HTMLElement {
  const { surrogates, models, successRates, whiteBox, whiteBoxAttack } = matrix;
  const show = (rate: number | null) => (rate === null ? '—' : formatPercent(rate));
  const rows = surrogates.map((surrogate, i) => [surrogate, ...(successRates[i] ?? []).map(show)]);
  const last = whiteBoxAttack === undefined ? [] : [[t('White-box {0}', whiteBoxAttack), ...whiteBox.map(show)]];
  return createDataTable([t('Crafted on'), ...models], [...rows, ...last]);
}

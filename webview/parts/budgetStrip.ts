import type { Context } from '../context.ts';
import { h, on, setAttributes } from '../dom.ts';
import { statusIcon } from '../icons.ts';
import { statusTitle } from '../logic/describe.ts';
import { formatAmount } from '../logic/format.ts';
import type { Item } from '../logic/item.ts';

/** What became of one image at each budget; a click shows it at that budget. @param budgets the smallest first. */
export function createBudgetStrip(context: Context, budgets: readonly Item[], selected: Item): HTMLElement {
  const { t } = context;
  const { norm, kind } = context.model().test.report.attack;
  return h(
    'div',
    { class: 'budget-strip', role: 'group', 'aria-label': t('Budgets') },
    ...budgets.map(({ key, example: { epsilon = 0, status } }) => {
      const outcome = statusTitle(t, status, kind);
      const button = h(
        'button',
        { type: 'button', class: 'quiet', title: outcome },
        statusIcon(status),
        formatAmount(epsilon, norm),
        h('span', { class: 'hidden' }, outcome),
      );
      setAttributes(button, { 'aria-pressed': String(key === selected.key) });
      return on(button, {
        click: () => {
          const { filter } = context.model().state;
          // What was asked for must not be hidden by a filter.
          context.set({ selected: key, filter: { ...filter, epsilon: null, status: null, change: null } });
        },
      });
    }),
  );
}

import type { Kind } from '../../src/attacks/kind.ts';
import type { Status } from '../../src/evaluation/metrics.ts';
import type { Context, Part } from '../context.ts';
import { h } from '../dom.ts';
import { statusIcon } from '../icons.ts';
import type { Translate } from '../l10n.ts';
import { statusTitle } from '../logic/describe.ts';
import { epsilonsOf, type Filter, labelsOf, statuses } from '../logic/filter.ts';
import { formatAmount } from '../logic/format.ts';
import { type Order, orders } from '../logic/sort.ts';
import { choice, dropDown } from './choice.ts';

/** Filters of the gallery, with how many examples each choice would show, and its order. */
export function createFilters(context: Context): Part {
  const { t } = context;
  const { items, test } = context.model();
  const { kind } = test.report.attack;
  const labels = labelsOf(items);
  const epsilons = epsilonsOf(items);
  const change = (part: Partial<Filter>) => context.set({ filter: { ...context.model().state.filter, ...part } });

  // Examples that were not attacked are rare: their choices show only where there are some.
  const shown = statuses.filter(
    (status) => status === 'fooled' || status === 'held' || items.some(({ example }) => example.status === status),
  );
  const counts = new Map([null, ...shown].map((status) => [status, h('span', { class: 'count' })]));
  const status = choice(
    t('Filter by outcome'),
    [null, ...shown].map((value) => ({
      value,
      content: [
        value === null ? undefined : statusIcon(value),
        value === null ? t('All') : shortTitle(t, value, kind),
        counts.get(value),
      ],
      ...(value !== null && { name: statusTitle(t, value, kind) }),
    })),
    (value) => change({ status: value }),
  );
  const label = dropDown<string | null>(t('Label'), (value) => change({ label: value }));
  const budget = dropDown<number | null>(t('Budget'), (value) => change({ epsilon: value }));
  const order = dropDown<Order>(t('Sort by'), (value) => context.set({ order: value }));
  const element = h(
    'div',
    { class: 'filters', role: 'group', 'aria-label': t('Filters') },
    status.element,
    h('div', { class: 'drop-downs' }, label.element, epsilons.length > 1 && budget.element, order.element),
  );
  return {
    element,
    update({ state, facets, test: { report } }, previous) {
      if (previous?.facets === facets && previous.state.order === state.order) return;
      status.set(state.filter.status);
      for (const [value, count] of counts) count.textContent = String(facets.status.get(value) ?? 0);
      const withCount = (text: string, count = 0) => t('{0} ({1})', text, count);
      label.update(
        [null, ...labels].map((value) => ({
          value,
          text: withCount(value ?? t('All labels'), facets.label.get(value)),
        })),
        state.filter.label,
      );
      budget.update(
        [null, ...epsilons].map((value) => ({
          value,
          text: withCount(
            value === null ? t('All budgets') : formatAmount(value, report.attack.norm),
            facets.epsilon.get(value),
          ),
        })),
        state.filter.epsilon,
      );
      order.update(
        orders.map((value) => ({ value, text: orderTitle(t, value) })),
        state.order,
      );
    },
  };
}

/** The choices share one row, so their titles are short. */
function shortTitle(t: Translate, status: Status, kind: Kind): string {
  if (status === 'wrong') return t('Misclassified');
  return status === 'rejected' ? t('Rejected') : statusTitle(t, status, kind);
}

function orderTitle(t: Translate, order: Order): string {
  switch (order) {
    case 'original':
      return t('Test order');
    case 'nearest':
      return t('Smallest distance first');
    case 'farthest':
      return t('Largest distance first');
    case 'surest':
      return t('Most confident first');
    case 'unsurest':
      return t('Least confident first');
  }
}

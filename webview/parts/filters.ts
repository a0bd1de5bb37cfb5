import type { Kind } from '../../src/attacks/kind.ts';
import { type State, states } from '../../src/corpus/states.ts';
import type { Status } from '../../src/evaluation/metrics.ts';
import type { Context, Part } from '../context.ts';
import { h, on } from '../dom.ts';
import { icon, statusIcon } from '../icons.ts';
import type { Translate } from '../l10n.ts';
import { stateTitle, statusTitle } from '../logic/describe.ts';
import { epsilonsOf, type Filter, labelsOf, statuses } from '../logic/filter.ts';
import { formatAmount } from '../logic/format.ts';
import type { Model } from '../logic/model.ts';
import { type Order, orders } from '../logic/sort.ts';
import { choice, dropDown } from './choice.ts';

/** What the budget list chooses: one budget, all of them, or each image once. */
type BudgetChoice = number | 'all' | 'once';

/** Filters of the gallery, with how many examples each choice would show, and its order. */
export function createFilters(context: Context): Part {
  const { t } = context;
  const { kind } = context.model().test.report.attack;
  const change = (part: Partial<Filter>) => context.set({ filter: { ...context.model().state.filter, ...part } });

  const search = h('input', { type: 'search', placeholder: t('Search by name'), 'aria-label': t('Search by name') });
  on(search, { input: () => change({ name: search.value }) });
  const counts = new Map([null, ...statuses].map((status) => [status, h('span', { class: 'count' })]));
  const status = choice(
    t('Filter by outcome'),
    [null, ...statuses].map((value) => ({
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
  const budget = dropDown<BudgetChoice>(t('Budget'), (value) => {
    const { filter } = context.model().state;
    context.set({
      grouped: value === 'once',
      filter: { ...filter, epsilon: typeof value === 'number' ? value : null },
    });
  });
  const known = dropDown<State | null>(t('Known counterexamples'), (value) => change({ known: value }));
  const order = dropDown<Order>(t('Sort by'), (value) => context.set({ order: value }));
  const changed = on(h('button', { type: 'button', class: 'chip', title: t('Remove this filter') }), {
    click: () => change({ change: null }),
  });
  const element = h(
    'div',
    { class: 'filters', role: 'group', 'aria-label': t('Filters') },
    h('div', { class: 'search' }, icon('search'), search),
    status.element,
    changed,
    h('div', { class: 'drop-downs' }, label.element, budget.element, known.element, order.element),
  );
  return {
    element,
    update(model, previous) {
      const { state, facets, items } = model;
      if (
        previous?.facets === facets &&
        previous.state.order === state.order &&
        previous.state.grouped === state.grouped
      )
        return;
      const { filter } = state;
      if (search.value !== filter.name) search.value = filter.name;
      changed.hidden = filter.change === null;
      changed.replaceChildren(t('{0} → {1}', filter.change?.before ?? '', filter.change?.after ?? ''), icon('close'));
      // Examples that were not attacked are rare: their choices show only where there are some.
      const found = new Set(items.map(({ example }) => example.status));
      status.show((value) => value === null || value === 'fooled' || value === 'held' || found.has(value));
      status.set(filter.status);
      for (const [value, count] of counts) count.textContent = String(facets.status.get(value) ?? 0);
      label.update(
        [null, ...labelsOf(items)].map((value) => ({
          value,
          text: t('{0} ({1})', value ?? t('All labels'), facets.label.get(value) ?? 0),
        })),
        filter.label,
      );
      updateBudgets(model);
      const counted = states.filter((state) => items.some((item) => item.known?.state === state));
      known.element.hidden = counted.length === 0;
      known.update(
        [
          { value: null, text: t('Known or not') },
          ...counted.map((value) => ({
            value,
            text: t('{0} ({1})', stateTitle(t, value), facets.known.get(value) ?? 0),
          })),
        ],
        filter.known,
      );
      order.update(
        orders.map((value) => ({ value, text: orderTitle(t, value) })),
        state.order,
      );
    },
  };

  function updateBudgets({ items, facets, state, test, visible }: Model): void {
    const { norm } = test.report.attack;
    const epsilons = epsilonsOf(items);
    budget.element.hidden = epsilons.length < 2;
    const images = state.grouped ? visible.length : undefined;
    budget.update(
      [
        { value: 'all', text: t('{0} ({1})', t('All budgets'), facets.epsilon.get(null) ?? 0) },
        {
          value: 'once',
          text: images === undefined ? t('Each image once') : t('{0} ({1})', t('Each image once'), images),
        },
        ...epsilons.map((value) => ({
          value,
          text: t('{0} ({1})', formatAmount(value, norm), facets.epsilon.get(value) ?? 0),
        })),
      ],
      state.grouped ? 'once' : (state.filter.epsilon ?? 'all'),
    );
  }
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

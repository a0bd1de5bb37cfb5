import type { Context, Part } from '../context.ts';
import { fill, h, on } from '../dom.ts';
import { type Confusion, confusionOf, isChosen } from '../logic/confusion.ts';
import { formatAmount } from '../logic/format.ts';
import { inFigures } from '../logic/item.ts';
import { budgetOf, type Model } from '../logic/model.ts';

/** The predicted classes before and after the attack, at the chosen or the last budget: a click on a cell filters. */
export function createConfusion(context: Context): Part {
  const { t } = context;
  const caption = h('span', { class: 'muted' });
  const box = h('div', {
    class: 'confusion-box',
    tabindex: 0,
    role: 'region',
    'aria-label': t('Classes before and after'),
  });
  const element = h(
    'figure',
    { class: 'chart confusion' },
    h('figcaption', {}, h('h3', {}, t('Classes before and after')), caption),
    box,
  );
  return {
    element,
    update(model, previous) {
      const { state, items, test } = model;
      if (
        previous?.items === items &&
        budgetOf(previous) === budgetOf(model) &&
        previous.state.filter.change === state.filter.change
      )
        return;
      const budget = budgetOf(model);
      const shown = inFigures(items).filter(({ example }) => budget === undefined || example.epsilon === budget);
      const confusion = confusionOf(shown);
      const remarks = [
        budget === undefined ? undefined : t('At ε = {0}', formatAmount(budget, test.report.attack.norm)),
        t('rows: before; columns: after'),
        confusion.others > 0 ? t('classes left out: {0}', confusion.others) : undefined,
      ];
      caption.textContent = remarks.filter((remark) => remark !== undefined).join('; ');
      fill(box, table(confusion, model));
    },
  };

  function table({ classes, counts }: Confusion, { state: { filter } }: Model): HTMLElement {
    const most = Math.max(1, ...counts.flat());
    return h(
      'table',
      { class: 'confusion-table' },
      h(
        'thead',
        {},
        h('tr', {}, h('td', {}), ...classes.map((name) => h('th', { scope: 'col', title: name }, h('span', {}, name)))),
      ),
      h(
        'tbody',
        {},
        ...classes.map((before, row) =>
          h(
            'tr',
            {},
            h('th', { scope: 'row', title: before }, before),
            ...classes.map((after, column) => {
              const count = counts[row]?.[column] ?? 0;
              if (count === 0) return h('td', {});
              const chosen = isChosen(filter.change, before, after);
              const change = t('{0} → {1}', before, after);
              const cell = h(
                'button',
                {
                  type: 'button',
                  class: `quiet ${row === column ? 'kept' : 'moved'}`,
                  'aria-pressed': String(chosen),
                  'aria-label': `${change}, ${count}`,
                  title: change,
                },
                String(count),
              );
              cell.style.setProperty('--share', `${Math.round(20 + (70 * count) / most)}%`);
              return h('td', {}, on(cell, { click: () => choose(chosen ? null : { before, after }) }));
            }),
          ),
        ),
      ),
    );
  }

  function choose(change: Model['state']['filter']['change']): void {
    const model = context.model();
    const epsilon = change === null ? model.state.filter.epsilon : (budgetOf(model) ?? null);
    context.set({ filter: { ...model.state.filter, change, epsilon, status: null, label: null }, grouped: false });
  }
}

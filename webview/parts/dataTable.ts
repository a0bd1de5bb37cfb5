import { h } from '../dom.ts';

/** The data of a plot as a table, accessible to everyone. */
export function createDataTable(columns: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
  return h(
    'table',
    { class: 'data' },
    h('thead', {}, h('tr', {}, ...columns.map((column) => h('th', { scope: 'col' }, column)))),
    h(
      'tbody',
      {},
      ...rows.map(([first = '', ...others]) =>
        h('tr', {}, h('th', { scope: 'row' }, first), ...others.map((value) => h('td', {}, value))),
      ),
    ),
  );
}

import type { Finding } from '../../src/audit/finding.ts';
import type { Context } from '../context.ts';
import { h, on } from '../dom.ts';
import { post } from '../host.ts';
import { icon } from '../icons.ts';
import { disclosure } from './disclosure.ts';

/** The findings of the audit in a line, which expands to all of them, each with a link to the page that says what to do. */
export function createFindings(context: Context, findings: readonly Finding[]): HTMLElement {
  const { t } = context;
  const title = h(
    'span',
    { class: 'findings-title' },
    icon('warning'),
    h('strong', {}, t('The audit questions this result')),
    h('span', { class: 'ellipsis' }, findings.map(({ message }) => message).join(' ')),
  );
  const list = h(
    'ul',
    {},
    ...findings.map(({ check, message }) => {
      const more = h('button', { type: 'button', class: 'link editor-only' }, t('What it means and what to do'));
      return h('li', {}, `${message} `, on(more, { click: () => post({ type: 'openFinding', check }) }));
    }),
  );
  return h('section', { 'aria-label': t('Audit') }, disclosure(context, 'findings', title, list));
}

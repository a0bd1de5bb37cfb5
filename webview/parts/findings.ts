import type { Finding } from '../../src/audit/finding.ts';
import { h, on } from '../dom.ts';
import { post } from '../host.ts';
import { icon } from '../icons.ts';
import type { Translate } from '../l10n.ts';

/** The findings of the audit, each with a link to the page that says what to do. */
export function createFindings(t: Translate, findings: readonly Finding[]): HTMLElement {
  return h(
    'section',
    { class: 'findings', 'aria-label': t('Audit') },
    h('h2', {}, icon('warning'), t('The audit questions this result')),
    h(
      'ul',
      {},
      ...findings.map(({ check, message }) => {
        const more = h('button', { type: 'button', class: 'link' }, t('What it means and what to do'));
        return h('li', {}, `${message} `, on(more, { click: () => post({ type: 'openFinding', check }) }));
      }),
    ),
  );
}

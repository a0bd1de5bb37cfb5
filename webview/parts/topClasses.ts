import type { ShownExample } from '../../src/page/protocol.ts';
import { h } from '../dom.ts';
import type { Translate } from '../l10n.ts';
import { formatConfidence } from '../logic/format.ts';
import { topClasses } from '../logic/topClasses.ts';

/** The most probable classes before and after the attack, as a table; `undefined` if the model gives labels only. */
export function createTopClasses(t: Translate, { clean, adversarial }: ShownExample): HTMLElement | undefined {
  const rows = topClasses(clean, adversarial);
  if (rows.length === 0) return undefined;
  const share = (value: number | undefined, bound: number | undefined) =>
    value === undefined
      ? bound === undefined
        ? ''
        : `< ${formatConfidence(Math.max(0.01, bound))}`
      : formatConfidence(value);
  const cell = (value: number | undefined, bound: number | undefined) => {
    const element = h('td', { class: 'number share' }, h('span', {}, share(value, bound)));
    element.style.setProperty('--share', `${100 * (value ?? 0)}%`);
    return element;
  };
  return h(
    'table',
    { class: 'data top-classes' },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('th', { scope: 'col' }, t('Top classes')),
        h('th', { scope: 'col', class: 'number' }, t('Before')),
        adversarial !== null && h('th', { scope: 'col', class: 'number' }, t('After')),
      ),
    ),
    h(
      'tbody',
      {},
      ...rows.map(({ name, before, after }) =>
        h(
          'tr',
          {},
          h('th', { scope: 'row', class: 'ellipsis', title: name }, name),
          cell(before, clean.top?.at(-1)?.confidence),
          adversarial !== null && cell(after, adversarial.top?.at(-1)?.confidence),
        ),
      ),
    ),
  );
}

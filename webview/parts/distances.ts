import { type Norm, norms } from '../../src/geometry/norms.ts';
import type { ShownExample } from '../../src/page/protocol.ts';
import { formatNorm } from '../../src/reports/format.ts';
import { h } from '../dom.ts';
import type { Translate } from '../l10n.ts';
import { formatAmount } from '../logic/format.ts';

/** The size of the perturbation in every norm; the attack's own is the one that counts. */
export function createDistances(
  t: Translate,
  { norms: sizes, onGrid, epsilon }: ShownExample,
  norm: Norm,
): HTMLElement {
  const value = (which: typeof sizes | undefined, name: Norm) => (which ? formatAmount(which[name], name) : '—');
  return h(
    'table',
    { class: 'distances' },
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('th', { scope: 'col' }, t('Norm')),
        h('th', { scope: 'col', class: 'number' }, t('Distance')),
        onGrid && h('th', { scope: 'col', class: 'number' }, t('In 8 bits')),
        h('th', { scope: 'col', class: 'number' }, t('Budget')),
      ),
    ),
    h(
      'tbody',
      {},
      ...norms.map((name) =>
        h(
          'tr',
          { class: name === norm && 'is-own' },
          h('th', { scope: 'row', title: meaning(t, name) }, name === 'l0' ? t('L0 (pixels)') : formatNorm(name)),
          h('td', { class: 'number' }, value(sizes, name)),
          onGrid && h('td', { class: 'number' }, value(onGrid.norms, name)),
          h('td', { class: 'number' }, name === norm && epsilon !== undefined ? formatAmount(epsilon, norm) : ''),
        ),
      ),
    ),
  );
}

function meaning(t: Translate, norm: Norm): string {
  switch (norm) {
    case 'linf':
      return t('Largest change in a color value');
    case 'l2':
      return t('Euclidean length of the change');
    case 'l1':
      return t('Sum of all changes');
    case 'l0':
      return t('Number of pixels changed');
  }
}

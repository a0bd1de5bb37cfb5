import { h, on } from '../dom.ts';
import type { Translate } from '../l10n.ts';

/** The keys of the page, in a dialog. */
export function createHelp(t: Translate): HTMLDialogElement {
  const keys: [string, string][] = [
    ['← ↑ → ↓', t('Gallery: select an example; pictures: move the image')],
    ['Home, End, PageUp, PageDown', t('Gallery: first, last, previous page, next page')],
    ['Enter', t('Gallery: go to the pictures')],
    ['Esc', t('Pictures: deselect the pixel, or return to the gallery')],
    ['n, p', t('Pictures: next and previous example')],
    ['+, −, 0', t('Pictures: zoom in, zoom out, fit')],
    ['Shift + ← ↑ → ↓', t('Pictures: inspect pixel values')],
    ['1 … 6', t('Pictures: side by side, swipe, flicker, difference, overlay, file')],
    ['[, ]', t('Pictures: decrease or increase amplification')],
    [', .', t('Pictures: previous or next attack step, if recorded')],
    [t('Space'), t('Pictures: switch images in flicker mode')],
    ['?', t('Show this list')],
  ];
  const close = h('button', { type: 'button' }, t('Close'));
  const dialog = h(
    'dialog',
    { class: 'help', 'aria-labelledby': 'help-title' },
    h('h2', { id: 'help-title' }, t('Keyboard shortcuts')),
    h(
      'table',
      {},
      h(
        'tbody',
        {},
        ...keys.map(([key, meaning]) =>
          h('tr', {}, h('th', { scope: 'row' }, h('kbd', {}, key)), h('td', {}, meaning)),
        ),
      ),
    ),
    h('p', { class: 'muted' }, t('With a mouse: scroll to zoom, and drag to move the image or the divider.')),
    close,
  );
  on(close, { click: () => dialog.close() });
  return dialog;
}

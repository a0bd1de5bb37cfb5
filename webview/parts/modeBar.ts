import type { Context, Part } from '../context.ts';
import { h, on } from '../dom.ts';
import { type IconName, icon } from '../icons.ts';
import type { Translate } from '../l10n.ts';
import { type Mode, modes } from '../logic/state.ts';
import { choice } from './choice.ts';
import type { Panes } from './panes.ts';

/** The modes, and the zoom shared by all pictures. */
export function createModeBar(context: Context, panes: Panes): Part {
  const { t } = context;
  const mode = choice(
    t('Compare'),
    modes.map((value) => ({ value, content: [modeTitle(t, value)] })),
    (value) => context.set({ mode: value }),
  );
  const button = (name: IconName, label: string, key: string, act: () => void) =>
    on(
      h(
        'button',
        { type: 'button', class: 'quiet square', 'aria-label': label, title: `${label} (${key})` },
        icon(name),
      ),
      { click: act },
    );
  const scale = h('span', { class: 'scale', title: t('Image magnification') });
  const element = h(
    'div',
    { class: 'mode-bar' },
    mode.element,
    h(
      'div',
      { class: 'zoom', role: 'group', 'aria-label': t('Zoom') },
      button('minus', t('Zoom out'), '−', () => panes.zoomBy(1 / 1.5)),
      scale,
      button('plus', t('Zoom in'), '+', () => panes.zoomBy(1.5)),
      button('fit', t('Fit'), '0', () => panes.fit()),
    ),
  );
  panes.onScale((percent) => {
    scale.textContent = `${percent}%`;
  });
  return {
    element,
    update({ state }, previous) {
      if (state.mode !== previous?.state.mode) mode.set(state.mode);
    },
  };
}

function modeTitle(t: Translate, mode: Mode): string {
  switch (mode) {
    case 'side':
      return t('Side by side');
    case 'swipe':
      return t('Swipe');
    case 'flicker':
      return t('Flicker');
    case 'difference':
      return t('Difference');
    case 'overlay':
      return t('Overlay');
    case 'file':
      return t('File');
  }
}

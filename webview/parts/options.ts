import type { Context, Part } from '../context.ts';
import { h, on } from '../dom.ts';
import type { Translate } from '../l10n.ts';
import { type DifferenceKind, differenceKinds, type Gain, gains, resolveGain } from '../logic/amplify.ts';
import { formatGain } from '../logic/format.ts';
import type { Mode } from '../logic/state.ts';
import { choice, dropDown } from './choice.ts';

/** The options of the current mode, in a row of constant height so that nothing moves. */
export interface Options extends Part {
  /** The largest change in the current example, in gray levels. */
  showLargest(largest: number): void;
}

export function createOptions(context: Context, play: HTMLElement): Options {
  const { t } = context;
  const kind = choice<DifferenceKind>(
    t('Show difference as'),
    differenceKinds.map((value) => ({ value, content: [kindTitle(t, value)] })),
    (value) => context.set({ kind: value }),
  );
  const gain = dropDown<Gain>(t('Amplify'), (value) => context.set({ gain: value }));
  const legend = h('span', { class: 'legend' });
  const divider = slider(t('Divider'), (value) => context.set({ divider: value }));
  const opacity = slider(t('Adversarial image'), (value) => context.set({ opacity: value }));
  const flickerHint = h('span', { class: 'legend' }, t('Press Space or click to switch images.'));
  const shown: [HTMLElement, readonly Mode[]][] = [
    [gain.element, ['side', 'difference']],
    [kind.element, ['side', 'difference']],
    [legend, ['side', 'difference']],
    [divider.element, ['swipe']],
    [play, ['flicker']],
    [flickerHint, ['flicker']],
    [opacity.element, ['overlay']],
  ];
  const element = h('div', { class: 'options' }, ...shown.map(([part]) => part));
  let largest = 0;

  function showGain(): void {
    const { gain: chosen, kind: drawn } = context.model().state;
    gain.update(
      gains.map((value) => ({
        value,
        text: value === 'auto' ? t('auto ({0})', formatGain(resolveGain('auto', drawn, largest))) : formatGain(value),
      })),
      chosen,
    );
    legend.textContent =
      drawn === 'signed' ? t('gray: no change; lighter: raised; darker: lowered') : t('black: no change');
  }

  return {
    element,
    showLargest(levels) {
      if (levels === largest) return;
      largest = levels;
      showGain();
    },
    update({ state }, previous) {
      for (const [part, where] of shown) part.hidden = !where.includes(state.mode);
      kind.set(state.kind);
      divider.set(state.divider);
      opacity.set(state.opacity);
      if (state.gain !== previous?.state.gain || state.kind !== previous.state.kind) showGain();
    },
  };
}

function slider(label: string, change: (share: number) => void) {
  const input = h('input', { type: 'range', min: 0, max: 100, step: 1 });
  const value = h('output', {});
  on(input, { input: () => change(Number(input.value) / 100) });
  return {
    element: h('label', { class: 'slider' }, h('span', {}, label), input, value),
    set(share: number) {
      input.value = String(Math.round(100 * share));
      value.textContent = `${input.value}%`;
    },
  };
}

function kindTitle(t: Translate, kind: DifferenceKind): string {
  switch (kind) {
    case 'signed':
      return t('Signed');
    case 'absolute':
      return t('Absolute');
  }
}

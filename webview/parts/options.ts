import type { Context, Part } from '../context.ts';
import { h, on } from '../dom.ts';
import type { Translate } from '../l10n.ts';
import {
  type Difference,
  type DifferenceKind,
  differenceKinds,
  type Gain,
  gains,
  isGray,
  largestOf,
  resolveGain,
} from '../logic/amplify.ts';
import { formatGain } from '../logic/format.ts';
import type { Mode } from '../logic/state.ts';
import { dropDown } from './choice.ts';
import { createLegend } from './legend.ts';

/** The options of the current mode, in a row of constant height so that nothing moves. */
export interface Options extends Part {
  /** Shows what the colors of the current example's perturbation mean. */
  showDifference(difference: Difference | undefined): void;
}

export function createOptions(context: Context, play: HTMLElement): Options {
  const { t } = context;
  const kind = dropDown<DifferenceKind>(t('Show'), (value) => context.set({ kind: value }));
  const gain = dropDown<Gain>(t('Amplify'), (value) => context.set({ gain: value }));
  const legend = createLegend(t);
  const divider = slider(t('Divider'), (value) => context.set({ divider: value }));
  const opacity = slider(t('Adversarial image'), (value) => context.set({ opacity: value }));
  const flickerHint = h('span', { class: 'legend' }, t('Press Space or click to switch images.'));
  const shown: [HTMLElement, readonly Mode[]][] = [
    [kind.element, ['side', 'difference']],
    [gain.element, ['side', 'difference']],
    [legend.element, ['side', 'difference']],
    [divider.element, ['swipe']],
    [play, ['flicker']],
    [flickerHint, ['flicker']],
    [opacity.element, ['overlay']],
  ];
  const element = h('div', { class: 'options' }, ...shown.map(([part]) => part));
  let difference: Difference | undefined;

  function showGain(): void {
    const { gain: chosen, kind: drawn } = context.model().state;
    const largest = difference ? largestOf(difference, drawn) : 0;
    gain.update(
      gains.map((value) => ({
        value,
        text: value === 'auto' ? t('auto ({0})', formatGain(resolveGain('auto', drawn, largest))) : formatGain(value),
      })),
      chosen,
    );
    kind.update(
      differenceKinds.map((value) => ({ value, text: kindTitle(t, value) })),
      drawn,
    );
    legend.show(drawn, resolveGain(chosen, drawn, largest), largest, difference !== undefined && isGray(difference));
  }

  return {
    element,
    showDifference(shown) {
      difference = shown;
      showGain();
    },
    update({ state }, previous) {
      for (const [part, where] of shown) part.hidden = !where.includes(state.mode);
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
    case 'red':
      return t('Red');
    case 'green':
      return t('Green');
    case 'blue':
      return t('Blue');
    case 'luminance':
      return t('Luminance');
    case 'magnitude':
      return t('Magnitude');
  }
}

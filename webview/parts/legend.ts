import { h } from '../dom.ts';
import type { Translate } from '../l10n.ts';
import { type DifferenceKind, fullRange, hasSign, heatColor } from '../logic/amplify.ts';
import { formatChange } from '../logic/format.ts';

/** What the colors of a perturbation mean. */
export interface Legend {
  readonly element: HTMLElement;
  /** @param largest change in gray levels; @param isGray whether all channels change alike. */
  show(kind: DifferenceKind, gain: number, largest: number, isGray: boolean): void;
}

export function createLegend(t: Translate): Legend {
  const low = h('span', {});
  const ramp = h('canvas', { class: 'ramp', width: 64, height: 1 });
  const high = h('span', {});
  const words = h('span', { class: 'ellipsis' });
  const element = h('span', { class: 'legend' }, low, ramp, high, words);
  return {
    element,
    show(kind, gain, largest, isGray) {
      const isHeat = kind !== 'signed' && kind !== 'absolute';
      for (const part of [low, ramp, high]) part.hidden = !isHeat;
      const end = fullRange(kind) / gain;
      const shown = String(Number(end.toFixed(end < 10 ? 1 : 0)));
      low.textContent = hasSign(kind) ? formatChange(-1).replace('1', shown) : '0';
      high.textContent = hasSign(kind) ? `+${shown}` : shown;
      if (isHeat) drawRamp(ramp, kind);
      const cut = gain * largest > fullRange(kind) + 0.5;
      const parts = [
        ...(isHeat ? [] : [meaning(kind, isGray)]),
        ...(cut ? [t('cut off beyond {0} gray levels', hasSign(kind) ? `±${shown}` : shown)] : []),
        ...(isHeat && !cut ? [t('gray levels')] : []),
      ];
      words.textContent = parts.join('; ');
      element.title = words.textContent;
    },
  };

  function meaning(kind: DifferenceKind, isGray: boolean): string {
    if (kind === 'absolute') return t('black: no change');
    return isGray
      ? t('gray: no change; lighter: raised; darker: lowered')
      : t('gray: no change; bright: raised; dark: lowered; colors: channels differ');
  }
}

function drawRamp(canvas: HTMLCanvasElement, kind: DifferenceKind): void {
  const { width } = canvas;
  const pixels = new ImageData(width, 1);
  for (let x = 0; x < width; x++) {
    const share = x / (width - 1);
    pixels.data.set([...heatColor(hasSign(kind) ? 2 * share - 1 : share, kind), 255], 4 * x);
  }
  canvas.getContext('2d')?.putImageData(pixels, 0, 0);
}

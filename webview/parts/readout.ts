import { h } from '../dom.ts';
import { isAbsent, type Pair } from '../images/pair.ts';
import type { Translate } from '../l10n.ts';
import { formatChange } from '../logic/format.ts';
import type { Point } from '../logic/zoom.ts';

/** The values of one pixel before and after, in a line of fixed height. */
export interface Readout {
  readonly element: HTMLElement;
  /** Shows a pixel and returns its description. */
  show(pair: Pair | undefined, pixel: Point | undefined): string;
}

export function createReadout(t: Translate): Readout {
  const hint = h(
    'span',
    { class: 'hint' },
    t('Point at a pixel, or use Shift and the arrow keys, to inspect its values.'),
  );
  const parts = [t('Pixel'), t('Original'), t('Adversarial'), t('Change')].map((title) => {
    const value = h('span', { class: 'value' });
    return { value, element: h('span', { class: 'field' }, h('span', { class: 'name' }, title), value) };
  });
  const values = h('span', { class: 'fields' }, ...parts.map(({ element }) => element));
  const element = h('div', { class: 'readout' }, hint, values);
  values.hidden = true;
  return {
    element,
    show(pair, pixel) {
      const texts = pair && pixel && read(pair, pixel);
      hint.hidden = texts !== undefined;
      values.hidden = texts === undefined;
      if (!texts) return '';
      for (const [i, { value }] of parts.entries()) value.textContent = texts[i] ?? '—';
      const [place = '', before = '', after = '—', change = '—'] = texts;
      return t('Pixel {0}: original {1}, adversarial {2}, change {3}', place, before, after, change);
    },
  };
}

function read(pair: Pair, { x, y }: Point): (string | undefined)[] | undefined {
  const { original, adversarial, difference } = pair;
  if (isAbsent(original)) return undefined;
  const place = y * original.width + x;
  const rgb = ({ data }: { data: ArrayLike<number> }) =>
    together(Array.from({ length: 3 }, (_, i) => String(data[4 * place + i])));
  return [
    `${x}, ${y}`,
    rgb(original),
    isAbsent(difference) || isAbsent(adversarial) ? undefined : rgb(adversarial),
    isAbsent(difference)
      ? undefined
      : together([...difference.levels.subarray(3 * place, 3 * place + 3)].map(formatChange)),
  ];
}

/** Three values of a pixel; one if they are the same: gray. */
function together(values: readonly string[]): string {
  return new Set(values).size === 1 ? (values[0] ?? '') : values.join(' ');
}

import type { Layer } from '../images/draw.ts';
import { type Absence, isAbsent, type Pair, paintDifference } from '../images/pair.ts';
import type { Translate } from '../l10n.ts';
import { type DifferenceKind, largestOf, resolveGain } from '../logic/amplify.ts';
import { formatConfidence, formatGain } from '../logic/format.ts';
import type { Item } from '../logic/item.ts';
import type { State } from '../logic/state.ts';
import type { Caption } from './pane.ts';

/** What a pane shows, before its position is known. */
export interface Plan {
  readonly captions: readonly Caption[];
  readonly layers: readonly Layer[];
  readonly absence?: string;
  readonly hasDivider?: boolean;
}

/** What the panes of a mode show: three side by side, one otherwise, which has the file beside it where that is asked for. */
export function planPanes(
  t: Translate,
  item: Pick<Item, 'example'>,
  pair: Pair,
  state: State,
  flipped: boolean,
): Plan[] {
  const { clean, adversarial } = item.example;
  const answer = (prediction: typeof clean | null) =>
    prediction ? `${prediction.class} ${formatConfidence(prediction.confidence)}` : undefined;
  const before: Caption = { title: t('Original'), answer: answer(clean) };
  const after: Caption = pair.step ?? { title: t('Adversarial'), answer: answer(adversarial) };
  const original = single(before, pair.original);
  const changed = single(after, pair.adversarial);
  switch (state.mode) {
    case 'side':
      return [original, difference(t, pair, state), changed];
    case 'file':
      return [{ ...original, captions: [{ ...before, title: t('Model input') }] }];
    case 'difference':
      return [difference(t, pair, state)];
    case 'flicker':
      return [
        flipped && changed.layers.length > 0 ? changed : { ...original, absence: original.absence ?? changed.absence },
      ];
    case 'swipe':
      return [
        {
          captions: [before, after],
          layers: [...original.layers, ...changed.layers.map((layer) => ({ ...layer, rightOfDivider: true }))],
          absence: original.absence ?? changed.absence,
          hasDivider: changed.layers.length > 0,
        },
      ];
    case 'overlay':
      return [
        {
          captions: [before, after],
          layers: [...original.layers, ...changed.layers.map((layer) => ({ ...layer, alpha: state.opacity }))],
          absence: original.absence ?? changed.absence,
        },
      ];
  }
}

function single(caption: Caption, picture: { readonly canvas: OffscreenCanvas } | Absence): Plan {
  return isAbsent(picture)
    ? { captions: [caption], layers: [], absence: picture.reason }
    : { captions: [caption], layers: [{ image: picture.canvas }] };
}

function difference(t: Translate, { difference }: Pair, { gain, kind }: State): Plan {
  if (isAbsent(difference)) return { captions: [{ title: t('Perturbation') }], layers: [], absence: difference.reason };
  const largest = largestOf(difference, kind);
  const factor = resolveGain(gain, kind, largest);
  return {
    captions: [
      {
        title: t('Perturbation {0}', formatGain(factor)),
        answer: largest === 1 ? t('at most 1 gray level') : t('at most {0} gray levels', Number(largest.toFixed(1))),
      },
    ],
    layers: [{ image: painted(difference, factor, kind) }],
  };
}

type Painted = { key: string; canvas: OffscreenCanvas };
const paintings = new WeakMap<object, Painted>();

/** Panning redraws the same perturbation repeatedly. */
function painted(
  difference: Exclude<Pair['difference'], Absence>,
  gain: number,
  kind: DifferenceKind,
): OffscreenCanvas {
  const key = `${kind} ${gain}`;
  const known = paintings.get(difference);
  if (known?.key === key) return known.canvas;
  const canvas = paintDifference(difference, gain, kind);
  paintings.set(difference, { key, canvas });
  return canvas;
}

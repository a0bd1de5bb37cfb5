import { type Kind, kinds } from '../../src/attacks/kind.ts';
import type { Prediction } from '../../src/evaluation/example.ts';
import type { ShownExample } from '../../src/page/protocol.ts';
import { h } from '../dom.ts';
import { icon } from '../icons.ts';
import type { Translate } from '../l10n.ts';
import type { ScoreScale } from '../logic/detection.ts';
import { formatConfidence, formatScore } from '../logic/format.ts';

/** The predictions before and after the attack, as confidence bars, with the detector's scores below. */
export function createPrediction(t: Translate, example: ShownExample, kind: Kind, scale?: ScoreScale): HTMLElement {
  const { label, target, clean, adversarial, onGrid } = example;
  const row = (name: string, content: (Node | string)[]) =>
    h('div', { class: 'prediction-row' }, h('dt', {}, name), h('dd', {}, ...content));
  return h(
    'dl',
    { class: 'prediction' },
    // A forged image has no class.
    ...(kinds[kind].hasTrueLabel ? [row(t('True label'), [h('span', { class: 'class-name' }, label)])] : []),
    ...(target === undefined ? [] : [row(t('Target'), [h('span', { class: 'class-name' }, target)])]),
    row(t('Before'), [...answer(t, clean, example, kind), ...suspicion(t, clean, scale)]),
    row(
      t('After'),
      adversarial
        ? [...answer(t, adversarial, example, kind), ...suspicion(t, adversarial, scale)]
        : [h('span', { class: 'muted' }, t('not attacked'))],
    ),
    ...(onGrid
      ? [
          row(t('After, in 8 bits'), [
            ...answer(t, onGrid.prediction, example, kind),
            ...suspicion(t, onGrid.prediction, scale),
          ]),
        ]
      : []),
  );
}

function answer(
  t: Translate,
  prediction: Prediction,
  { label, target }: ShownExample,
  attack: Kind,
): (Node | string)[] {
  const { hasTrueLabel } = kinds[attack];
  const isRight = prediction.class === label && hasTrueLabel;
  const kind = isRight ? 'right' : prediction.class === target ? 'target' : hasTrueLabel ? 'wrong' : 'none';
  const meaning = {
    right: t('the true label'),
    target: t('the target'),
    wrong: t('a wrong class'),
    none: t('another class'),
  }[kind];
  const bar = h('span', { class: 'bar' }, h('span', { class: 'bar-fill' }));
  (bar.firstElementChild as HTMLElement).style.width = `${100 * (prediction.confidence ?? 0)}%`;
  return [
    h(
      'span',
      { class: `answer-name ${kind}`, title: meaning },
      icon(isRight ? 'check' : kind === 'none' ? 'dash' : 'cross'),
      h('span', { class: 'ellipsis' }, prediction.class),
      h('span', { class: 'hidden' }, `, ${meaning}, `),
    ),
    h('span', { class: 'confidence' }, formatConfidence(prediction.confidence)),
    bar,
  ];
}

/** The detector's score, as a bar with the threshold in the middle. */
function suspicion(t: Translate, { score, rejected }: Prediction, scale: ScoreScale | undefined): (Node | string)[] {
  if (score === undefined || !scale) return [];
  const bar = h(
    'span',
    { class: 'bar score-bar' },
    h('span', { class: 'bar-fill' }),
    h('span', { class: 'threshold' }),
  );
  (bar.firstElementChild as HTMLElement).style.width = `${100 * scale.placeOf(score)}%`;
  const comparison = `${formatScore(score)} ${rejected ? '>' : '≤'} ${formatScore(scale.threshold)}`;
  return [
    h(
      'span',
      {
        class: `suspicion ${rejected ? 'rejected' : 'accepted'}`,
        title: t('detector score and threshold'),
      },
      icon(rejected ? 'stop' : 'check'),
      h('span', {}, rejected ? t('rejected') : t('accepted')),
      h('span', { class: 'confidence' }, comparison),
    ),
    bar,
  ];
}

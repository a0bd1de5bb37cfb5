import type { Prediction } from '../../src/evaluation/evaluate.ts';
import type { ExampleReport } from '../../src/reports/report.ts';
import { h } from '../dom.ts';
import { icon } from '../icons.ts';
import type { Translate } from '../l10n.ts';
import { formatConfidence } from '../logic/format.ts';

/** What the model says before and after the attack, as bars of its confidence. */
export function createPrediction(t: Translate, example: ExampleReport): HTMLElement {
  const { label, target, clean, adversarial, onGrid } = example;
  const row = (name: string, content: (Node | string)[]) =>
    h('div', { class: 'prediction-row' }, h('dt', {}, name), h('dd', {}, ...content));
  return h(
    'dl',
    { class: 'prediction' },
    row(t('True label'), [h('span', { class: 'class-name' }, label)]),
    ...(target === undefined ? [] : [row(t('Target'), [h('span', { class: 'class-name' }, target)])]),
    row(t('Before'), answer(t, clean, example)),
    row(t('After'), adversarial ? answer(t, adversarial, example) : [h('span', { class: 'muted' }, t('not attacked'))]),
    ...(onGrid ? [row(t('After, in 8 bits'), answer(t, onGrid.prediction, example))] : []),
  );
}

function answer(t: Translate, prediction: Prediction, { label, target }: ExampleReport): (Node | string)[] {
  const isRight = prediction.class === label;
  const kind = isRight ? 'right' : prediction.class === target ? 'target' : 'wrong';
  const meaning = isRight ? t('the true label') : kind === 'target' ? t('the target') : t('a wrong class');
  const bar = h('span', { class: 'bar' }, h('span', { class: 'bar-fill' }));
  (bar.firstElementChild as HTMLElement).style.width = `${100 * prediction.confidence}%`;
  return [
    h(
      'span',
      { class: `answer-name ${kind}`, title: meaning },
      icon(isRight ? 'check' : 'cross'),
      h('span', { class: 'ellipsis' }, prediction.class),
      h('span', { class: 'hidden' }, `, ${meaning}, `),
    ),
    bar,
    h('span', { class: 'confidence' }, formatConfidence(prediction.confidence)),
  ];
}

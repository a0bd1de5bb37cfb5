import type { Context, Part } from '../context.ts';
import { fill, h, on } from '../dom.ts';
import { post } from '../host.ts';
import { type IconName, icon, statusIcon } from '../icons.ts';
import { exportPng } from '../images/export.ts';
import { explainMissing, stateTitle, statusTitle } from '../logic/describe.ts';
import { scoreScale } from '../logic/detection.ts';
import { baseName, fileName } from '../logic/format.ts';
import type { Item } from '../logic/item.ts';
import { budgetsOf } from '../logic/model.ts';
import { createBudgetStrip } from './budgetStrip.ts';
import { createDistances } from './distances.ts';
import type { Pictures } from './pictures.ts';
import { createPrediction } from './prediction.ts';
import { planPanes } from './scenes.ts';
import { createTopClasses } from './topClasses.ts';
import { createVerification } from './verification.ts';

/** Everything known about the selected example, and the actions for it. */
export function createExample(context: Context, pictures: Pictures): Part {
  const { t } = context;
  const content = h('div', { class: 'example-content' });
  const button = (name: IconName, label: string, act: (item: Item) => void, editorOnly = true) =>
    on(h('button', { type: 'button', class: editorOnly && 'editor-only' }, icon(name), label), {
      click: () => {
        const { selected } = context.model();
        if (selected) act(selected);
      },
    });
  const revealOther = button('folder', t('Reveal adversarial image'), ({ place }) =>
    post({ type: 'revealImage', example: place, picture: 'adversarial' }),
  );
  const keep = button('save', t('Keep counterexample'), ({ place }) => post({ type: 'keep', example: place }));
  const actions = h(
    'div',
    { class: 'actions', role: 'group', 'aria-label': t('Actions') },
    button('save', t('Save picture…'), (item) => void savePicture(context, pictures, item), false),
    button('copy', t('Copy as settings entry'), ({ place }) => {
      post({ type: 'copySettings', example: place });
      context.announce(t('Settings entry copied'));
    }),
    button('folder', t('Reveal original image'), ({ place }) =>
      post({ type: 'revealImage', example: place, picture: 'original' }),
    ),
    revealOther,
    keep,
  );
  const element = h('section', { class: 'example', 'aria-label': t('Example') }, content, actions);

  return {
    element,
    update(model, previous) {
      const { selected, position, visible, test } = model;
      if (
        selected === previous?.selected &&
        position === previous?.position &&
        visible === previous?.visible &&
        test.report === previous?.test.report
      )
        return;
      element.hidden = selected === undefined;
      if (!selected) return;
      const { example } = selected;
      const { norm, kind } = test.report.attack;
      const scale = scoreScale(test.examples, test.report.detector?.threshold);
      const budgets = budgetsOf(model, selected);
      keep.hidden = kind !== 'attack' || example.status !== 'fooled';
      revealOther.disabled = example.adversarialImage === null;
      const count = position < 0 ? '' : t('{0} of {1}', position + 1, visible.length);
      fill(
        content,
        h(
          'h2',
          {},
          statusIcon(example.status),
          h('span', {}, statusTitle(t, example.status, kind)),
          h('span', { class: 'count' }, count),
        ),
        h('p', { class: 'file ellipsis', title: example.image }, fileName(example.image)),
        budgets.length > 1 && createBudgetStrip(context, budgets, selected),
        createPrediction(t, example, kind, scale),
        createTopClasses(t, example),
        createVerification(context, example, test.report.model.enrolled),
        createDistances(t, example, norm),
        createFacts(context, selected),
      );
    },
  };
}

function createFacts({ t }: Context, { example, known }: Item): HTMLElement {
  const { queries, seed, notes, adversarialImage } = example;
  const remarks = [
    ...notes,
    ...(adversarialImage === null ? [explainMissing(t, example)] : []),
    ...(example.onGrid
      ? [t('The picture is rounded to 8 bits; the exact values are in {0}.', baseName(example.adversarialArray ?? ''))]
      : []),
    ...(example.onGrid && example.onGrid.success !== (example.status === 'fooled')
      ? [t('Rounding to 8 bits changes the outcome.')]
      : []),
  ];
  const rows: [string, string][] = [
    [t('Queries'), t('points {0}, gradients {1}', queries.points, queries.gradients)],
    [t('Seed'), String(seed)],
    ...(known
      ? [
          [
            t('Known counterexample'),
            t('{0} since model {1}', stateTitle(t, known.state), known.since.slice(0, 7)),
          ] as [string, string],
        ]
      : []),
    [t('Notes'), remarks.join('; ')],
  ];
  return h(
    'dl',
    { class: 'facts' },
    ...rows.flatMap(([name, value]) => (value === '' ? [] : [h('div', {}, h('dt', {}, name), h('dd', {}, value))])),
  );
}

async function savePicture(context: Context, pictures: Pictures, item: Item): Promise<void> {
  const { pair } = pictures;
  if (!pair) return;
  const { state, test } = context.model();
  const png = await exportPng(planPanes(context.t, item, pair, state, true), state.divider);
  if (!png) return;
  const { label, index } = item.example;
  const words = [test.report.name, String(index), label, state.mode].join(' ');
  const name = `${words.replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-|-$/g, '')}.png`;
  post({ type: 'savePicture', name, png });
}

import type { ShownTraining, TrainingOutcome } from '../../src/page/trainingProtocol.ts';
import { fill, h } from '../dom.ts';
import { icon } from '../icons.ts';
import type { Translate } from '../l10n.ts';
import { createAccuracyChart, createLossChart, createSamplesChart } from './curves.ts';
import { createDefenseSummary } from './defenseSummary.ts';
import { createDetectorSummary } from './detectorSummary.ts';
import { createGeneratorSummary } from './generatorSummary.ts';
import { createProgress, phaseTitle } from './progress.ts';
import { createSamples } from './samples.ts';
import { createSurrogateSummary } from './surrogateSummary.ts';

/** The page of a training. */
export interface TrainingPage {
  readonly element: HTMLElement;
  update(training: ShownTraining): void;
}

/** A page that shows the progress of a training, and then its results. */
export function createTrainingPage(t: Translate, { of }: ShownTraining): TrainingPage {
  const kind = h('span', { class: 'muted' });
  const title = h('h1', {});
  const subject = h('p', { class: 'summary muted' });
  const progress = createProgress(t);
  const result = h('div', { class: 'result' });
  const charts = [
    createLossChart(t, of),
    createAccuracyChart(t),
    ...(of === 'generator' ? [createSamplesChart(t)] : []),
  ];
  const samples = createSamples(t);
  const curves = h('section', { class: 'charts', 'aria-label': t('Curves') }, ...charts.map(({ element }) => element));
  const live = h('div', { class: 'hidden', role: 'status', 'aria-live': 'polite' });
  let said = '';
  let ended = false;

  /** Announces new phases and the end, but not every step. */
  function announce({ outcome, progress: now }: ShownTraining): void {
    const words = outcome ? outcomeTitle(t, outcome) : now ? phaseTitle(t, now.phase) : '';
    if (words !== said) live.textContent = words;
    said = words;
  }

  return {
    element: h(
      'div',
      { class: 'page training' },
      h('header', { class: 'header' }, h('div', { class: 'title-row' }, title, kind), subject, progress.element),
      h('main', { class: 'training-main' }, result, samples.element, curves),
      live,
    ),
    update(training) {
      const { name, model, dataset, points, outcome } = training;
      title.textContent = name;
      kind.textContent = training.title;
      fill(subject, h('span', {}, t('Model {0}', model)), h('span', {}, t('Dataset {0}', dataset)));
      progress.update(training);
      samples.update(training.samples);
      for (const chart of charts) chart.update(points);
      curves.hidden = charts.every(({ element }) => element.hidden);
      if (outcome && !ended) fill(result, ...createResult(t, outcome));
      ended = outcome !== undefined;
      announce(training);
    },
  };
}

function createResult(t: Translate, outcome: TrainingOutcome): HTMLElement[] {
  const title = h(
    'h2',
    { class: `outcome ${outcome.type}` },
    icon(outcome.type === 'failed' ? 'warning' : outcome.type === 'cancelled' ? 'dash' : 'check'),
    outcomeTitle(t, outcome),
  );
  switch (outcome.type) {
    case 'detector':
      return [title, createDetectorSummary(t, outcome.report)];
    case 'defense':
      return [title, createDefenseSummary(t, outcome.report)];
    case 'surrogate':
      return [title, createSurrogateSummary(t, outcome.report)];
    case 'generator':
      return [title, createGeneratorSummary(t, outcome.report)];
    case 'cancelled':
      return [title];
    case 'failed':
      return [title, h('p', { class: 'complaint' }, outcome.message)];
  }
}

function outcomeTitle(t: Translate, { type }: TrainingOutcome): string {
  switch (type) {
    case 'detector':
    case 'defense':
    case 'surrogate':
    case 'generator':
      return t('Trained');
    case 'cancelled':
      return t('Canceled');
    case 'failed':
      return t('Training failed');
  }
}

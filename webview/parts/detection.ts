import type { Attacker } from '../../src/defenses/guard/attacker.ts';
import type { Metrics } from '../../src/evaluation/metrics.ts';
import type { Round } from '../../src/evaluation/round.ts';
import type { ShownTest } from '../../src/page/protocol.ts';
import { formatPercent } from '../../src/reports/format.ts';
import type { Context, Part } from '../context.ts';
import { fill, h } from '../dom.ts';
import { icon } from '../icons.ts';
import type { Translate } from '../l10n.ts';
import { assaultsOf } from '../logic/detection.ts';
import { formatAmount } from '../logic/format.ts';
import type { Model } from '../logic/model.ts';
import type { RocRow } from '../logic/roc.ts';
import { createRocChart, createRocTable } from './rocChart.ts';

/** The detector in a line of the header: both attackers, and what it rejects; `undefined` without a detector. */
export function createDetectorLine(t: Translate, { report }: ShownTest): HTMLElement | undefined {
  const { detector } = report;
  const round = report.rounds.at(-1);
  if (!detector || !round?.detection) return undefined;
  const parts = [
    detector.title === undefined ? detector.name : `${detector.name} (${detector.title})`,
    ...assaultsOf(report, round).map(({ attacker, metrics }) => `${attackerTitle(t, attacker)}: ${figure(t, metrics)}`),
    t('misclassified and rejected: {0}', round.detection.caught),
    t('clean images rejected: {0}', round.metrics.counts.rejected ?? 0),
  ];
  return h(
    'p',
    { class: 'detector-line' },
    icon('shield'),
    h('span', { class: 'summary' }, ...parts.map((part) => h('span', {}, part))),
  );
}

/** How well the detector distinguishes each attacker's examples from clean images, at the chosen or the last budget. */
export function createDetectionChart({ t }: Context): Part {
  const title = t('Detection of misclassified examples');
  const caption = h('span', { class: 'muted' });
  const content = h('div', {});
  const element = h('figure', { class: 'chart detection' }, h('figcaption', {}, h('h3', {}, title), caption), content);
  return {
    element,
    update(model, previous) {
      const { report } = model.test;
      const round = roundOf(model);
      if (previous && previous.test.report === report && roundOf(previous) === round) return;
      element.hidden = !report.rounds.some(({ detection }) => detection);
      if (element.hidden) return;
      const { norm, target } = report.attack;
      const assaults = assaultsOf(report, round);
      caption.textContent = round?.epsilon === undefined ? '' : t('At ε = {0}', formatAmount(round.epsilon, norm));
      const rows = assaults.map(
        ({ attacker, metrics, separation }, i): RocRow => ({
          name: attackerName(t, attacker),
          figure: formatPercent(metrics.robustAccuracy ?? metrics.successRate),
          separation,
          dashed: i > 0,
        }),
      );
      const metric = target === undefined ? t('Robust accuracy') : t('Success rate');
      const isEmpty = rows.every(({ separation }) => separation === undefined);
      fill(
        content,
        isEmpty
          ? h('p', { class: 'nothing muted' }, t('No example is misclassified.'))
          : createRocChart(t, title, rows),
        createRocTable(t, title, [t('Attacker'), metric], [{ rows }]),
      );
    },
  };
}

function roundOf({ state, test: { report } }: Model): Round | undefined {
  const { epsilon } = state.filter;
  return report.rounds.find((round) => round.epsilon === epsilon) ?? report.rounds.at(-1);
}

function figure(t: Translate, { robustAccuracy, successRate }: Metrics): string {
  return robustAccuracy === undefined
    ? t('success rate {0}', formatPercent(successRate))
    : t('robust accuracy {0}', formatPercent(robustAccuracy));
}

function attackerName(t: Translate, attacker: Attacker): string {
  switch (attacker) {
    case 'unaware':
      return t('unaware');
    case 'adaptive':
      return t('adaptive');
  }
}

function attackerTitle(t: Translate, attacker: Attacker): string {
  switch (attacker) {
    case 'unaware':
      return t('Unaware attacker');
    case 'adaptive':
      return t('Adaptive attacker');
  }
}

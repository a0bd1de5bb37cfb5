import type { AttackDetection, DetectorReport } from '../../src/defenses/detectors/report.ts';
import { formatNorm, formatPercent } from '../../src/reports/format.ts';
import { h } from '../dom.ts';
import type { Translate } from '../l10n.ts';
import { formatAmount, formatScore } from '../logic/format.ts';
import type { RocRow } from '../logic/roc.ts';
import { createRocChart, createRocTable } from '../parts/rocChart.ts';
import { createFile, createRows, createWarnings, formatTime } from './shared.ts';

/** The results of a detector: its threshold, and how well it distinguishes each attack from clean images. */
export function createDetectorSummary(t: Translate, report: DetectorReport): HTMLElement {
  const { threshold, falsePositiveRate, clean, attacks, file, time, warnings } = report;
  const rejected = t('{0} of {1} ({2})', clean.rejected, clean.images, formatPercent(clean.rejected / clean.images));
  const learnsFromSome = attacks.some(({ seen }) => seen);
  const seen = attacks.filter((attack) => attack.seen).map((attack) => rowOf(attack, false));
  const heldOut = attacks.filter((attack) => !attack.seen).map((attack) => rowOf(attack, learnsFromSome));
  const title = t('Detection of attacks');
  return h(
    'div',
    { class: 'summary-block' },
    ...createWarnings(t, warnings),
    createRows([
      [
        t('Threshold'),
        t('{0}, set to reject {1} of clean images', formatScore(threshold), formatPercent(falsePositiveRate)),
      ],
      [t('Clean images rejected'), rejected],
      [t('Time'), formatTime(t, time)],
      [t('File'), createFile('detector', file)],
    ]),
    attacks.length > 0 &&
      h(
        'figure',
        { class: 'chart detection' },
        h('figcaption', {}, h('h2', {}, title), h('span', { class: 'muted' }, t('on images not used in training'))),
        h(
          'div',
          { class: 'roc-pair' },
          createRocChart(t, title, [...seen, ...heldOut], 260),
          createRocTable(
            t,
            title,
            [t('Attack'), t('Examples')],
            [
              { ...(learnsFromSome && { title: t('Used in training') }), rows: seen },
              { ...(learnsFromSome && { title: t('Held out') }), rows: heldOut },
            ],
          ),
        ),
      ),
  );
}

function rowOf(attack: AttackDetection, dashed: boolean): RocRow {
  const { title, norm, epsilon, examples } = attack;
  const name = `${title}, ${formatNorm(norm)}${epsilon === undefined ? '' : ` ${formatAmount(epsilon, norm)}`}`;
  // Without examples there is nothing to detect, regardless of the values.
  return { name, figure: String(examples), dashed, ...(examples > 0 && { separation: attack }) };
}

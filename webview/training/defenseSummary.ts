import type { DefenseReport } from '../../src/defenses/training/report.ts';
import { formatPercent } from '../../src/reports/format.ts';
import { h } from '../dom.ts';
import type { Translate } from '../l10n.ts';
import { createDataTable } from '../parts/dataTable.ts';
import { createFile, createRows, createWarnings, formatTime } from './shared.ts';

/** The results of hardening a model: accuracy before and after, and the files. */
export function createDefenseSummary(t: Translate, report: DefenseReport): HTMLElement {
  const { before, after, model, onnx, card, time, warnings } = report;
  const row = (name: string, from: number, to: number) => [
    name,
    formatPercent(from),
    formatPercent(to),
    formatPoints(100 * (to - from)),
  ];
  return h(
    'div',
    { class: 'summary-block' },
    ...createWarnings(t, warnings),
    h(
      'div',
      { class: 'before-after' },
      createDataTable(
        [t('On validation images'), t('Before'), t('After'), t('Change (percentage points)')],
        [
          row(t('Clean accuracy'), before.cleanAccuracy, after.cleanAccuracy),
          row(t('Robust accuracy'), before.robustAccuracy, after.robustAccuracy),
        ],
      ),
    ),
    createRows([
      [t('Hardened model'), createFile('model', model)],
      ...(onnx === undefined ? [] : [[t('ONNX file'), createFile('onnx', onnx)] as const]),
      [t('Model card'), createFile('card', card)],
      [t('Time'), formatTime(t, time)],
    ]),
  );
}

/** A difference of percentages, with its sign and a true minus. */
function formatPoints(points: number): string {
  const text = Math.abs(points).toFixed(1);
  if (text === '0.0') return '0.0';
  return `${points > 0 ? '+' : '−'}${text}`;
}

import type { SurrogateReport } from '../../src/defenses/surrogates/report.ts';
import { formatPercent } from '../../src/reports/format.ts';
import { h } from '../dom.ts';
import type { Translate } from '../l10n.ts';
import { createFile, createRows, createWarnings, formatTime } from './shared.ts';

/** What training a surrogate came to: how far it is to be taken for the model, and the files. */
export function createSurrogateSummary(t: Translate, report: SurrogateReport): HTMLElement {
  const { agreement, validation, images, queries, model, onnx, card, time, warnings } = report;
  const like = queries > 0 ? t('Classified as the model does') : t('Classified as labeled');
  return h(
    'div',
    { class: 'summary-block' },
    ...createWarnings(t, warnings),
    createRows([
      [like, t('{0} of {1} validation images', formatPercent(agreement), validation)],
      [t('Questions to the model'), String(queries)],
      [t('Trained on'), t('{0} images', images)],
      [t('Surrogate'), createFile('model', model)],
      ...(onnx === undefined ? [] : [[t('ONNX file'), createFile('onnx', onnx)] as const]),
      [t('Model card'), createFile('card', card)],
      [t('Time'), formatTime(t, time)],
    ]),
  );
}

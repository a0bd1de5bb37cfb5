import type { GeneratorReport } from '../../src/defenses/generators/report.ts';
import { formatPercent } from '../../src/reports/format.ts';
import { h } from '../dom.ts';
import type { Translate } from '../l10n.ts';
import { createFile, createRows, createWarnings, formatTime } from './shared.ts';

/** What training a generator came to: what it makes of the model's accuracy, and the files. */
export function createGeneratorSummary(t: Translate, report: GeneratorReport): HTMLElement {
  const { validation, cleanAccuracy, robustAccuracy, recognized, diversity, model, onnx, card, time, warnings } =
    report;
  const share = (fraction: number) => t('{0} of {1} validation images', formatPercent(fraction), validation);
  return h(
    'div',
    { class: 'summary-block' },
    ...createWarnings(t, warnings),
    createRows([
      ...(cleanAccuracy === undefined ? [] : [[t('Classified correctly as they are'), share(cleanAccuracy)] as const]),
      ...(robustAccuracy === undefined
        ? []
        : [[t('Classified correctly as generated'), share(robustAccuracy)] as const]),
      ...(recognized === undefined ? [] : [[t('Recognized'), formatPercent(recognized)] as const]),
      ...(diversity === undefined ? [] : [[t('Diversity'), formatPercent(diversity)] as const]),
      [t('Generator'), createFile('model', model)],
      [t('ONNX file'), createFile('onnx', onnx)],
      [t('Model card'), createFile('card', card)],
      [t('Time'), formatTime(t, time)],
    ]),
  );
}

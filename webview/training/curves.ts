import type uPlot from 'uplot';
import type { TrainingPoint } from '../../src/defenses/progress.ts';
import type { ShownTraining } from '../../src/page/trainingProtocol.ts';
import { formatPercent } from '../../src/reports/format.ts';
import { fill, h, on } from '../dom.ts';
import type { Translate } from '../l10n.ts';
import { drawingOf, lastOf, type Measure } from '../logic/trainingCurves.ts';
import { axis, type ChartColors, createLiveChart } from '../parts/chart.ts';
import { createDataTable } from '../parts/dataTable.ts';

/** Curves that grow with a training; hidden until there is a point. */
export interface TrainingChart {
  readonly element: HTMLElement;
  update(points: readonly TrainingPoint[]): void;
}

interface Curve {
  readonly measure: Measure;
  readonly name: string;
  /** Number of its color. */
  readonly line: number;
  readonly dashed?: boolean;
}

/** The loss by epoch, or by training progress for a detector, which has no epochs. */
export function createLossChart(t: Translate, of: ShownTraining['of']): TrainingChart {
  return createCurves(t, t('Loss'), [{ measure: 'loss', name: t('Loss'), line: 0 }], {
    axis: of === 'detector' ? t('Training progress') : t('Epoch'),
    label: t('Loss'),
    scale: { range: (_, _low, most) => [0, 1.08 * Math.max(most, 1e-3)] },
    format: (value) => String(Number(value.toPrecision(3))),
    unit: 1,
  });
}

/** Clean and robust accuracy on the validation images by epoch. */
export function createAccuracyChart(t: Translate): TrainingChart {
  const curves: Curve[] = [
    { measure: 'cleanAccuracy', name: t('Clean accuracy'), line: 0 },
    { measure: 'robustAccuracy', name: t('Robust accuracy'), line: 1, dashed: true },
  ];
  return createCurves(t, t('Accuracy on validation images'), curves, {
    axis: t('Epoch'),
    label: '%',
    scale: { range: [0, 104] },
    format: formatPercent,
    unit: 100,
    splits: [0, 25, 50, 75, 100],
  });
}

/** How many of its samples the model recognizes, and how different they are, by epoch. */
export function createSamplesChart(t: Translate): TrainingChart {
  const curves: Curve[] = [
    { measure: 'recognized', name: t('Recognized'), line: 0 },
    { measure: 'diversity', name: t('Diversity'), line: 1, dashed: true },
  ];
  return createCurves(t, t('Samples'), curves, {
    axis: t('Epoch'),
    label: '%',
    scale: { range: (_, _low, most) => [0, Math.max(104, 1.08 * most)] },
    format: formatPercent,
    unit: 100,
  });
}

interface Values {
  readonly axis: string;
  readonly label: string;
  readonly scale: uPlot.Scale;
  readonly unit: number;
  readonly splits?: number[];
  format(value: number): string;
}

function createCurves(
  t: Translate,
  title: string,
  curves: readonly Curve[],
  { axis: along, label, scale, format, unit, splits }: Values,
): TrainingChart {
  let end = 1;
  const chart = createLiveChart((colors) => ({
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 12, 0, 0],
    scales: { x: { time: false, range: () => [0, end] }, y: scale },
    axes: [axis(colors, along, { size: 24 }), axis(colors, label, { size: 44, ...(splits && { splits }) })],
    series: [{}, ...curves.map((curve) => seriesOf(curve, colors))],
  }));
  const legend = h('span', { class: 'curve-legend' });
  const table = h('div', { class: 'scrolls', tabindex: 0, role: 'region', 'aria-label': title });
  const figures = h('details', {}, h('summary', {}, t('Data table')), table);
  const element = h(
    'figure',
    { class: 'chart' },
    h('figcaption', {}, h('h2', {}, title), legend),
    chart.element,
    figures,
  );
  let shown: readonly TrainingPoint[] = [];

  /** Fills the data table, only while it is open. */
  function list(): void {
    if (!figures.open) return;
    const { epochs, values } = drawingOf(
      shown,
      curves.map(({ measure }) => measure),
    );
    const rows = epochs.map((epoch, i) => [
      epoch.toFixed(2),
      ...values.map((column) => (typeof column[i] === 'number' ? format(column[i]) : '—')),
    ]);
    fill(table, createDataTable([along, ...curves.map(({ name }) => name)], rows));
  }
  on(figures, { toggle: list });

  return {
    element,
    update(points) {
      if (points.length === shown.length && points.length > 0) return;
      shown = points;
      // The same for all charts, regardless of when values were measured.
      end = Math.max(...points.map(({ epoch }) => epoch)) || 1;
      const { epochs, values } = drawingOf(
        points,
        curves.map(({ measure }) => measure),
      );
      element.hidden = epochs.length === 0;
      if (element.hidden) return;
      const latest = curves.map(({ name, line, dashed }, i) => {
        const value = lastOf(values[i] ?? []);
        return { name, line, dashed, text: value === undefined ? '—' : format(value) };
      });
      const words = latest.map(({ name, text }) => `${name} ${text}`).join(', ');
      chart.draw(`${title}. ${words}`, [
        [...epochs],
        ...values.map((column) => column.map((value) => (value === null ? null : unit * value))),
      ]);
      fill(
        legend,
        ...latest.map(({ name, line, dashed, text }) =>
          h(
            'span',
            {},
            h('span', { class: `swatch line-${line} ${dashed ? 'dashed' : ''}`, 'aria-hidden': 'true' }),
            `${name} ${text}`,
          ),
        ),
      );
      list();
    },
  };
}

function seriesOf({ line, dashed }: Curve, colors: ChartColors): uPlot.Series {
  const stroke = colors.series[line];
  // What is measured at the end of an epoch only is joined across the points between.
  return {
    stroke,
    width: 2,
    spanGaps: true,
    ...(dashed && { dash: [6, 4] }),
    points: {
      show: (plot, series) => (plot.data[series] ?? []).filter((value) => value !== null).length < 25,
      size: 6,
      fill: stroke,
    },
  };
}

import type uPlot from 'uplot';
import { formatPercent } from '../../src/reports/format.ts';
import { type Child, h } from '../dom.ts';
import type { Translate } from '../l10n.ts';
import { type DrawnRow, drawnRows, type RocRow } from '../logic/roc.ts';
import { axis, type ChartColors, createChart } from './chart.ts';

/** How well a detector distinguishes attacks from clean images at every threshold: one curve per row. */
export function createRocChart(t: Translate, title: string, rows: readonly RocRow[], height?: number): HTMLElement {
  const drawn = drawnRows(rows);
  const words = drawn.map(({ name, separation }) => `${name}: AUROC ${formatArea(separation.auroc)}`).join(', ');
  return createChart(
    `${title}. ${words}`,
    // The curves are drawn manually: each has its own x values.
    [
      [0, 100],
      [null, null],
    ],
    (colors) => ({
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 12, 0, 0],
      scales: { x: { time: false, range: [0, 100] }, y: { range: [0, 104] } },
      axes: [
        axis(colors, t('Clean images rejected (%)'), { size: 24, splits: [0, 5, 25, 50, 75, 100] }),
        axis(colors, t('Detected (%)'), { size: 36, splits: [0, 25, 50, 75, 100] }),
      ],
      series: [{}, { points: { show: false } }],
      hooks: { draw: [(plot) => drawCurves(plot, drawn, colors)] },
    }),
    height,
  );
}

/**
 * The values of each curve, with its line next to its name. A group of rows with a title has a heading.
 * @param columns headings of the names and of the figures that rows bring along
 */
export function createRocTable(
  t: Translate,
  title: string,
  columns: readonly [name: string, figure: string],
  groups: readonly { readonly title?: string; readonly rows: readonly RocRow[] }[],
): HTMLElement {
  const rows = groups.flatMap((group) => group.rows);
  const drawn = drawnRows(rows);
  const headings = [...columns, 'AUROC', t('Detected at 1%'), t('Detected at 5%')];
  const row = ({ name, figure, separation, dashed }: RocRow) => {
    const line = separation && drawn.find((one) => one.separation === separation)?.line;
    const figures = separation
      ? [formatArea(separation.auroc), formatPercent(separation.detectedAt1), formatPercent(separation.detectedAt5)]
      : ['—', '—', '—'];
    return h(
      'tr',
      {},
      h('th', { scope: 'row' }, swatch(line, dashed), name),
      ...[figure, ...figures].map((text) => h('td', { class: 'number' }, text)),
    );
  };
  const table = h(
    'table',
    { class: 'data roc' },
    h(
      'thead',
      {},
      h('tr', {}, ...headings.map((column, i) => h('th', { scope: 'col', class: i > 0 && 'number' }, column))),
    ),
    ...groups
      .filter((group) => group.rows.length > 0)
      .map(({ title, rows: some }) =>
        h(
          'tbody',
          {},
          title !== undefined &&
            h('tr', { class: 'group' }, h('th', { scope: 'rowgroup', colspan: headings.length }, title)),
          ...some.map(row),
        ),
      ),
  );
  const note = t('Detected at 1% and 5%: share detected when at most that share of clean images is rejected.');
  // If there is too little room for the table, it scrolls.
  return h(
    'div',
    { class: 'roc-figures', tabindex: 0, role: 'region', 'aria-label': title },
    table,
    h('p', { class: 'muted' }, note),
  );
}

/** The line of a curve as drawn in the plot, or empty space if there is none. */
function swatch(line: number | undefined, dashed = false): Child {
  const look = line === undefined ? 'none' : `line-${line} ${dashed ? 'dashed' : ''}`;
  return h('span', { class: `swatch ${look}`, 'aria-hidden': 'true' });
}

function drawCurves(plot: uPlot, rows: readonly DrawnRow[], colors: ChartColors): void {
  const { ctx } = plot;
  const at = ([x, y]: readonly [number, number]) =>
    [plot.valToPos(100 * x, 'x', true), plot.valToPos(100 * y, 'y', true)] as const;
  const trace = (points: readonly (readonly [number, number])[]) => {
    ctx.beginPath();
    for (const point of points) ctx.lineTo(...at(point));
    ctx.stroke();
  };
  ctx.save();
  ctx.lineJoin = 'round';
  ctx.strokeStyle = colors.text;
  ctx.lineWidth = devicePixelRatio;
  ctx.globalAlpha = 0.5;
  ctx.setLineDash([devicePixelRatio, 3 * devicePixelRatio]);
  trace([
    [0, 0],
    [1, 1],
  ]);
  ctx.globalAlpha = 1;
  // The first on top.
  for (const { line, dashed, separation } of rows.toReversed()) {
    ctx.strokeStyle = colors.series[line] ?? colors.text;
    ctx.lineWidth = 2 * devicePixelRatio;
    ctx.setLineDash(dashed ? [6 * devicePixelRatio, 4 * devicePixelRatio] : []);
    trace(separation.roc);
  }
  ctx.restore();
}

function formatArea(area: number): string {
  return area.toFixed(3);
}

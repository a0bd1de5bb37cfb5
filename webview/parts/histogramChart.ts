import uPlot from 'uplot';
import { kinds } from '../../src/attacks/kind.ts';
import type { Norm } from '../../src/geometry/norms.ts';
import { formatNorm } from '../../src/reports/format.ts';
import type { Context, Part } from '../context.ts';
import { fill, h } from '../dom.ts';
import { formatAmount } from '../logic/format.ts';
import { type Histogram, makeHistogram } from '../logic/histogram.ts';
import { inFigures } from '../logic/item.ts';
import { budgetOf } from '../logic/model.ts';
import { axis, type ChartColors, createChart } from './chart.ts';
import { createDataTable } from './dataTable.ts';
import { disclosure } from './disclosure.ts';

/** Distances of the examples that fooled the model, at the chosen or the last budget. */
export function createHistogramChart(context: Context): Part {
  const { t } = context;
  const { kind } = context.model().test.report.attack;
  const { hasTrueLabel } = kinds[kind];
  const name = hasTrueLabel ? t('Distances of fooled examples') : t('Distances of forged images');
  const title = h('span', { class: 'muted' });
  const plotted = h('div', { class: 'plot-box' });
  const table = h('div', {});
  const figures = disclosure(context, 'histogram', t('Data table'), table);
  const element = h('figure', { class: 'chart' }, h('figcaption', {}, h('h3', {}, name), title), plotted, figures);
  return {
    element,
    update(model, previous) {
      if (previous?.items === model.items && budgetOf(previous) === budgetOf(model)) return;
      const { norm } = model.test.report.attack;
      const budget = budgetOf(model);
      const distances = inFigures(model.items)
        .filter(({ example }) => example.status === 'fooled' && (budget === undefined || example.epsilon === budget))
        .map(({ distance }) => distance);
      const at = budget === undefined ? '' : formatAmount(budget, norm);
      const many = distances.length === 1 ? t('1 example') : t('{0} examples', distances.length);
      title.textContent = budget === undefined ? many : t('{0} at {1}; line: budget', many, at);
      figures.hidden = distances.length === 0;
      if (distances.length === 0) {
        fill(
          plotted,
          h(
            'p',
            { class: 'nothing muted' },
            hasTrueLabel ? t('No example fooled the model.') : t('No image was forged.'),
          ),
        );
        return;
      }
      const histogram = makeHistogram(distances, norm, budget);
      const rows = histogram.counts.map((count, i): [string, string] => [binName(histogram, i, norm), String(count)]);
      const words = rows.flatMap(([name, count]) => (count === '0' ? [] : `${name}: ${count}`)).join(', ');
      fill(plotted, plot(`${name}. ${words}`, histogram, norm, budget, t('Examples')));
      fill(
        table,
        createDataTable(
          [t('Distance'), t('Examples')],
          rows.filter(([, count]) => count !== '0'),
        ),
      );
    },
  };
}

/** Steps between ticks where there is nothing between whole numbers. */
const whole = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];

function plot(
  words: string,
  { edges, counts }: Histogram,
  norm: Norm,
  budget: number | undefined,
  yLabel: string,
): HTMLElement {
  const unit = norm === 'linf' ? 255 : 1;
  const [low = 0, high = 1] = [edges[0], edges.at(-1)].map((edge) => (edge ?? 0) * unit);
  const width = (high - low) / counts.length;
  const centers = counts.map((_, i) => low + (i + 0.5) * width);
  // A budget at the very edge keeps its whole line.
  const end = Math.max(high, (budget ?? 0) * unit + width / 2);
  return createChart(words, [centers, [...counts]], (colors) => ({
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 12, 0, 0],
    scales: { x: { time: false, range: [low, end] }, y: { range: (_, _low, most) => [0, Math.max(1, most * 1.08)] } },
    axes: [
      axis(colors, norm === 'linf' ? 'L∞ (n/255)' : formatNorm(norm), {
        size: 24,
        ...(norm === 'linf' && { incrs: whole }),
      }),
      axis(colors, yLabel, { size: 40, incrs: whole }),
    ],
    series: [
      {},
      {
        fill: colors.main,
        stroke: colors.main,
        width: 0,
        points: { show: false },
        paths: uPlot.paths.bars?.({ size: [0.85, 60], align: 0 }),
      },
    ],
    hooks: { draw: [(chart) => drawBudget(chart, budget === undefined ? undefined : budget * unit, colors)] },
  }));
}

/** A dashed line, with a border that sets it off from the bars. */
function drawBudget(plot: uPlot, budget: number | undefined, { mark, background }: ChartColors): void {
  if (budget === undefined) return;
  const { ctx, bbox } = plot;
  const x = Math.round(plot.valToPos(budget, 'x', true));
  const [half, dash] = [devicePixelRatio, 5 * devicePixelRatio];
  ctx.save();
  ctx.fillStyle = background;
  ctx.fillRect(x - 2 * half, bbox.top, 4 * half, bbox.height);
  ctx.fillStyle = mark;
  for (let y = bbox.top; y < bbox.top + bbox.height; y += 2 * dash) ctx.fillRect(x - half, y, 2 * half, dash);
  ctx.restore();
}

/** Bins of one gray level are named by it, others by their edges. */
function binName({ edges }: Histogram, bin: number, norm: Norm): string {
  const [from = 0, to = 0] = [edges[bin], edges[bin + 1]];
  if (from < 0 || edges[0] !== 0) return formatAmount((from + to) / 2, norm);
  return `${formatAmount(from, norm)} – ${formatAmount(to, norm)}`;
}

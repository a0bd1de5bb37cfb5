import type { Norm } from '../../src/geometry/norms.ts';
import { formatPercent } from '../../src/reports/format.ts';
import type { Context, Part } from '../context.ts';
import { fill, h } from '../dom.ts';
import { formatAmount } from '../logic/format.ts';
import { type QueryCurves, queryCurvesOf } from '../logic/queryCurve.ts';
import { axis, createChart } from './chart.ts';
import { createDataTable } from './dataTable.ts';
import { disclosure } from './disclosure.ts';

/** Success against queries; hidden for a test whose queries are not counted. */
export function createQueryChart(context: Context): Part {
  const { t } = context;
  const title = h('h3', {});
  const content = h('div', {});
  const element = h('figure', { class: 'chart' }, h('figcaption', {}, title), content);
  return {
    element,
    update({ test: { report } }, previous) {
      if (report === previous?.test.report) return;
      const curves = queryCurvesOf(report);
      element.hidden = curves === undefined;
      if (!curves) return;
      title.textContent =
        curves.metric === 'successRate' ? t('Success rate by queries') : t('Median distance by queries');
      fill(content, ...draw(context, curves, report.attack.norm, title.textContent));
    },
  };
}

/** The plot, and its figures as a table. */
function draw(context: Context, curves: QueryCurves, norm: Norm, title: string): HTMLElement[] {
  const { t } = context;
  const { metric, queries, lines } = curves;
  const figure = (value: number | undefined = Infinity) =>
    metric === 'successRate' ? formatPercent(value) : formatAmount(value, norm);
  const nameOf = ({ epsilon }: QueryCurves['lines'][number]) =>
    epsilon === undefined ? t('Median distance') : `ε ${formatAmount(epsilon, norm)}`;
  const words = lines.map((line) => `${nameOf(line)}: ${figure(line.values.at(-1))}`).join(', ');
  const table = createDataTable(
    [t('Queries'), ...lines.map(nameOf)],
    queries.map((count, i) => [count.toLocaleString(), ...lines.map(({ values }) => figure(values[i]))]),
  );
  return [plot(`${title}. ${words}`, curves, norm), disclosure(context, 'queries', t('Data table'), table)];
}

function plot(words: string, { metric, queries, lines }: QueryCurves, norm: Norm): HTMLElement {
  const isRate = metric === 'successRate';
  const unit = isRate ? 100 : norm === 'linf' ? 255 : 1;
  // Before half of the images are fooled, their median distance is infinite.
  const drawn = (value: number) => (Number.isFinite(value) ? unit * value : null);
  const data: uPlot.AlignedData = [[...queries], ...lines.map(({ values }) => values.map(drawn))];
  return createChart(words, data, (colors) => ({
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 12, 0, 0],
    // Logarithmic: what matters first takes few queries.
    scales: {
      x: { time: false, distr: 3 },
      y: { range: isRate ? [0, 104] : (_, __, high) => [0, 1.05 * (high || 1)] },
    },
    axes: [axis(colors, '', { size: 24 }), axis(colors, isRate ? '%' : norm === 'linf' ? 'n/255' : '', { size: 40 })],
    series: [
      {},
      ...lines.map((_, line) => ({
        stroke: lines.length === 1 ? colors.main : (colors.series[line] ?? colors.main),
        width: 2,
        points: { show: false },
      })),
    ],
  }));
}

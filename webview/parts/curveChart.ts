import type { Norm } from '../../src/geometry/norms.ts';
import { formatNorm, formatPercent } from '../../src/reports/format.ts';
import type { Context, Part } from '../context.ts';
import { fill, h } from '../dom.ts';
import type { Translate } from '../l10n.ts';
import { type Curve, type CurvePoint, securityCurve } from '../logic/curve.ts';
import { formatAmount } from '../logic/format.ts';
import { axis, createChart } from './chart.ts';
import { createDataTable } from './dataTable.ts';
import { disclosure } from './disclosure.ts';

/** The security curve; hidden for a test with a single budget. */
export function createCurveChart(context: Context): Part {
  const { t } = context;
  const title = h('h3', {});
  const band = h('span', { class: 'muted' });
  const content = h('div', {});
  const element = h('figure', { class: 'chart' }, h('figcaption', {}, title, band), content);
  return {
    element,
    update({ test: { report } }, previous) {
      if (report === previous?.test.report) return;
      const curve = securityCurve(report);
      element.hidden = curve === undefined;
      if (!curve) return;
      title.textContent =
        curve.metric === 'robustAccuracy' ? t('Robust accuracy by budget') : t('Success rate by budget');
      band.textContent = t('band: {0}% interval; dashes: expected', 100 * curve.confidence);
      fill(content, ...draw(context, curve, report.attack.norm, title.textContent));
    },
  };
}

/** The plot, and its figures as a table. */
function draw(context: Context, curve: Curve, norm: Norm, title: string): HTMLElement[] {
  const { t } = context;
  const { points, metric, confidence } = curve;
  const amount = ({ epsilon }: CurvePoint) => formatAmount(epsilon, norm);
  const words = points.map((point) => `${amount(point)}: ${formatPercent(point.value)}`).join(', ');
  const table = createDataTable(
    [
      t('Budget'),
      metric === 'robustAccuracy' ? t('Robust accuracy') : t('Success rate'),
      t('{0}% interval', 100 * confidence),
      t('Expected'),
    ],
    points.map((point) => [amount(point), formatPercent(point.value), interval(point), expectation(t, curve, point)]),
  );
  return [plot(`${title}. ${words}`, curve, norm), disclosure(context, 'curve', t('Data table'), table)];
}

function plot(words: string, { points }: Curve, norm: Norm): HTMLElement {
  const unit = norm === 'linf' ? 255 : 1;
  const bound = (which: 0 | 1) => points.map(({ interval, value }) => 100 * (interval?.[which] ?? value));
  const data: uPlot.AlignedData = [
    points.map(({ epsilon }) => epsilon * unit),
    points.map(({ value }) => 100 * value),
    bound(0),
    bound(1),
    points.map(({ expected }) => (expected === undefined ? null : 100 * expected)),
  ];
  return createChart(words, data, (colors) => ({
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 12, 0, 0],
    scales: { x: { time: false, range: (_, low, high) => [low, high * 1.03] }, y: { range: [0, 104] } },
    bands: [{ series: [3, 2], fill: colors.faint }],
    axes: [
      axis(colors, norm === 'linf' ? 'ε (L∞, n/255)' : `ε (${formatNorm(norm)})`, { size: 24 }),
      axis(colors, '%', { size: 36, splits: [0, 25, 50, 75, 100] }),
    ],
    series: [
      {},
      { stroke: colors.main, width: 2, points: { show: true, size: 7, fill: colors.main } },
      { stroke: 'transparent', points: { show: false } },
      { stroke: 'transparent', points: { show: false } },
      { paths: () => null, points: { show: false } },
    ],
    hooks: { draw: [(plot) => drawDashes(plot, colors.mark)] },
  }));
}

/** The expected bounds: a dash at each budget. */
function drawDashes(plot: uPlot, color: string): void {
  const { ctx } = plot;
  const [xs, expected] = [plot.data[0], plot.data[4] ?? []];
  ctx.save();
  ctx.fillStyle = color;
  for (const [i, value] of expected.entries()) {
    if (value === null || value === undefined) continue;
    const [x, y] = [plot.valToPos(xs[i] as number, 'x', true), plot.valToPos(value, 'y', true)];
    ctx.fillRect(x - 8 * devicePixelRatio, y - devicePixelRatio, 16 * devicePixelRatio, 2 * devicePixelRatio);
  }
  ctx.restore();
}

function interval({ interval }: CurvePoint): string {
  return interval ? `${formatPercent(interval[0])} – ${formatPercent(interval[1])}` : '—';
}

function expectation(t: Translate, { metric }: Curve, { expected, result }: CurvePoint): string {
  if (expected === undefined) return '—';
  const bound = `${metric === 'successRate' ? '≤' : '≥'} ${formatPercent(expected)}`;
  if (result === 'undecided') return t('{0}, undecided', bound);
  return result === 'met' ? t('{0}, met', bound) : t('{0}, missed', bound);
}

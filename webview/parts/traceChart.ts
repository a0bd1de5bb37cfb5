import type uPlot from 'uplot';
import { h, on } from '../dom.ts';
import type { Translate } from '../l10n.ts';
import { formatTraceAxis } from '../logic/format.ts';
import {
  classesToDraw,
  placeAt,
  type Reign,
  reignsOf,
  shareOf,
  slopeAt,
  startOf,
  type TracePoint,
} from '../logic/trace.ts';
import { axis, type ChartColors, createChart } from './chart.ts';

/** What is drawn for a trace. */
export interface TraceDrawing {
  readonly axis: 'step' | 'epsilon';
  readonly points: readonly TracePoint[];
  /** The classes with a line, the most important first. */
  readonly classes: readonly number[];
  name(index: number): string;
}

/** The logits along a trace, with the prediction below and a mark at the point that is shown. */
export interface TraceChart {
  readonly element: HTMLElement;
  /** Moves the mark to a point, or takes it away. */
  mark(place: number | undefined): void;
}

const height = 250;
// Around the plot; style/trace.css has the same for what lies over it and below.
const [top, right] = [8, 124];
const axisSizes = { x: 24, y: 40 };

/** Which classes get a line: those of the example first. */
export function drawingOf(
  points: readonly TracePoint[],
  axis: TraceDrawing['axis'],
  name: TraceDrawing['name'],
  first: readonly number[],
): TraceDrawing {
  const start = points[startOf(points)] as TracePoint;
  const known = first.filter((index) => index >= 0);
  return { axis, points, name, classes: classesToDraw(points, start, known.length > 0 ? known : [start.predicted]) };
}

/** @param choose called with the place of the point that the mouse is at, and whether it is pressed. */
export function createTraceChart(
  t: Translate,
  drawing: TraceDrawing,
  choose: (place: number, isPressed: boolean) => void,
): TraceChart {
  const { points, classes } = drawing;
  const reigns = reignsOf(points);
  const mark = h('div', { class: 'trace-mark' });
  const over = h('div', { class: 'trace-over', 'aria-hidden': 'true' }, mark);
  const follow = ({ offsetX, buttons }: PointerEvent) =>
    choose(placeAt(points, offsetX / over.clientWidth), buttons === 1);
  on(over, { pointermove: follow, pointerdown: follow });
  const words = `${drawing.axis === 'epsilon' ? t('Logits along the sign of the gradient') : t('Logits along the attack')}. ${t('Prediction')}: ${reigns.map((reign) => describeReign(drawing, reign)).join(', ')}`;
  return {
    element: h(
      'div',
      { class: 'trace-plot' },
      createChart(words, dataOf(drawing), (colors) => optionsOf(t, drawing, colors), height),
      over,
      h(
        'div',
        { class: 'reigns', 'aria-hidden': 'true' },
        ...reigns.map((reign) => createReign(drawing, reigns, reign)),
      ),
    ),
    mark(place) {
      const point = place === undefined ? undefined : points[place];
      mark.hidden = point === undefined;
      if (point) mark.style.left = `${100 * shareOf(points, point.at)}%`;
    },
  };

  function describeReign({ name, axis }: TraceDrawing, { predicted, first, last }: Reign): string {
    const [from, to] = [points[first], points[last]].map((point) => formatTraceAxis(point?.at ?? 0, axis));
    return `${name(predicted)} ${from === to ? from : `${from} … ${to}`}`;
  }

  function createReign(shown: TraceDrawing, all: readonly Reign[], reign: Reign): HTMLElement {
    const number = all.indexOf(reign);
    const border = (before: Reign | undefined, after: Reign | undefined) => {
      if (!before) return 0;
      if (!after) return 1;
      return shareOf(points, ((points[before.last]?.at ?? 0) + (points[after.first]?.at ?? 0)) / 2);
    };
    const [from, to] = [border(all[number - 1], reign), border(reign, all[number + 1])];
    const line = classes.indexOf(reign.predicted);
    const text = shown.name(reign.predicted);
    const element = h(
      'span',
      { class: `reign ${line < 0 ? '' : `line-${line}`}`, title: text },
      // Too narrow for a label; a tooltip shows it instead.
      to - from > 0.06 && h('span', { class: 'ellipsis' }, text),
    );
    element.style.width = `${100 * (to - from)}%`;
    return element;
  }
}

const unitOf = (axis: TraceDrawing['axis']) => (axis === 'epsilon' ? 255 : 1);

function dataOf({ points, classes, axis }: TraceDrawing): uPlot.AlignedData {
  return [
    points.map(({ at }) => at * unitOf(axis)),
    ...classes.map((index) => points.map(({ logits }) => logits[index] ?? 0)),
  ];
}

function optionsOf(t: Translate, drawing: TraceDrawing, colors: ChartColors): Omit<uPlot.Options, 'width' | 'height'> {
  const isEpsilon = drawing.axis === 'epsilon';
  return {
    legend: { show: false },
    cursor: { show: false },
    padding: [top, right, 0, 0],
    scales: {
      x: { time: false, range: (_, low, high) => [low, high > low ? high : low + 1] },
      y: {
        range: (_, low, high) => {
          const space = Math.max(0.5, 0.06 * (high - low));
          return [low - space, high + space];
        },
      },
    },
    axes: [
      axis(colors, isEpsilon ? t('ε · sign of the gradient (ε in n/255)') : t('Step'), {
        size: axisSizes.x,
        space: 44,
        ...(!isEpsilon && { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000] }),
      }),
      axis(colors, t('Logit'), { size: axisSizes.y }),
    ],
    series: [
      {},
      ...drawing.classes.map((_, line) => ({
        stroke: colors.series[line],
        width: line === 0 ? 3 : 1.5,
        points: { show: drawing.points.length < 12, size: 5, fill: colors.series[line] },
      })),
    ],
    hooks: {
      draw: [
        (plot) => {
          if (isEpsilon) drawTangents(plot, drawing, colors);
          drawNames(plot, drawing, colors);
        },
      ],
    },
  };
}

/** The linear extrapolation from the image, for its class and for those that are predicted along the way. */
function drawTangents(plot: uPlot, { points, classes }: TraceDrawing, colors: ChartColors): void {
  const { ctx, bbox } = plot;
  const start = startOf(points);
  const origin = points[start] as TracePoint;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
  for (const [line, index] of classes.entries()) {
    if (line > 0 && !points.some(({ predicted }) => predicted === index)) continue;
    const slope = slopeAt(points, start, index);
    ctx.strokeStyle = colors.series[line] ?? colors.text;
    ctx.beginPath();
    for (const [i, point] of [points[0], points.at(-1)].entries()) {
      const at = point?.at ?? 0;
      const x = plot.valToPos(unitOf('epsilon') * at, 'x', true);
      const y = plot.valToPos((origin.logits[index] ?? 0) + slope * (at - origin.at), 'y', true);
      if (i === 0) ctx.moveTo(x, y);
      else ctx.lineTo(x, y);
    }
    ctx.stroke();
  }
  ctx.restore();
}

/** The class names at the ends of their lines, moved apart where they would overlap. */
function drawNames(plot: uPlot, { points, classes, name }: TraceDrawing, colors: ChartColors): void {
  const { ctx, bbox } = plot;
  const last = points.at(-1);
  const least = 14 * devicePixelRatio;
  const names = classes
    .map((index, line) => {
      const end = plot.valToPos(last?.logits[index] ?? 0, 'y', true);
      return { index, line, end, y: end };
    })
    .sort((a, b) => a.y - b.y);
  const lowest = bbox.top + bbox.height;
  for (const [i, one] of names.entries()) one.y = Math.max(one.y, (names[i - 1]?.y ?? 0) + least, bbox.top);
  for (const [i, one] of [...names.entries()].reverse()) {
    one.y = Math.min(one.y, i === names.length - 1 ? lowest : (names[i + 1]?.y ?? lowest) - least);
  }
  const left = bbox.left + bbox.width;
  ctx.save();
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  ctx.lineWidth = 1.5 * devicePixelRatio;
  for (const { index, line, end, y } of names) {
    ctx.strokeStyle = colors.series[line] ?? colors.text;
    ctx.beginPath();
    ctx.moveTo(left, end);
    ctx.lineTo(left + 10 * devicePixelRatio, y);
    ctx.lineTo(left + 16 * devicePixelRatio, y);
    ctx.stroke();
    const [size, family] = [11 * devicePixelRatio, colors.font.slice(colors.font.indexOf(' ') + 1)];
    ctx.font = `${line === 0 ? '600 ' : ''}${size}px ${family}`;
    ctx.fillStyle = colors.text;
    ctx.fillText(shorten(ctx, name(index), (right - 24) * devicePixelRatio), left + 19 * devicePixelRatio, y);
  }
  ctx.restore();
}

function shorten(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let length = text.length - 1;
  while (length > 1 && context.measureText(`${text.slice(0, length)}…`).width > width) length--;
  return `${text.slice(0, length)}…`;
}

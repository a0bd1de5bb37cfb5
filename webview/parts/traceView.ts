import { kinds } from '../../src/attacks/kind.ts';
import type { Norm } from '../../src/geometry/norms.ts';
import { formatNorm } from '../../src/reports/format.ts';
import type { Context } from '../context.ts';
import { fill, h } from '../dom.ts';
import { type Absence, isAbsent } from '../images/pair.ts';
import type { LoadedTrace } from '../images/traceStore.ts';
import type { Translate } from '../l10n.ts';
import { className } from '../logic/describe.ts';
import { formatAmount, formatConfidence, formatLogit, formatTraceAxis } from '../logic/format.ts';
import type { Item } from '../logic/item.ts';
import type { TracePoint } from '../logic/trace.ts';
import { createDataTable } from './dataTable.ts';
import { disclosure } from './disclosure.ts';
import { createLinearNumbers } from './linearNumbers.ts';
import { createPlayer } from './player.ts';
import { createTraceChart, drawingOf, type TraceChart, type TraceDrawing } from './traceChart.ts';

/** The path of an attack on the selected example: a plot of its logits, and the player, which stands elsewhere. */
export interface TraceView {
  readonly element: HTMLElement;
  readonly player: HTMLElement;
  /** Loads the trace of another example, or the reason it is missing; `undefined` hides the part. */
  load(item: Item, trace: LoadedTrace | Absence | undefined): void;
  /** Marks the point that is shown. */
  show(place: number | undefined): void;
  step(by: 1 | -1): void;
  stop(): void;
}

export function createTraceView(context: Context): TraceView {
  const { t } = context;
  const { norm, kind } = context.model().test.report.attack;
  const name = (index: number) => className(t, context.model().test.classes, index);
  const player = createPlayer(context, (step) => context.set({ step }));
  const title = h('h2', {});
  const remark = h('span', { class: 'muted' });
  const plotted = h('div', {});
  const table = h('div', { class: 'trace-table', tabindex: 0, role: 'region', 'aria-label': t('Data table') });
  const figures = disclosure(context, 'steps', t('Data table'), table);
  const element = h(
    'section',
    { class: 'trace', 'aria-label': t('Logits') },
    h('div', { class: 'trace-title' }, title, remark),
    plotted,
    figures,
    kinds[kind].axis === 'epsilon' && createLinearNumbers(context),
  );
  /** "Step 3: stop 93%, L2 0.52". */
  const describe = (point: TracePoint, axis: LoadedTrace['axis']) =>
    `${titleOf(t, point, axis)}: ${answerOf(point, name)}, ${formatNorm(norm)} ${formatAmount(point.norms[norm], norm)}`;
  let trace: LoadedTrace | undefined;
  let chart: TraceChart | undefined;
  element.hidden = true;
  player.element.hidden = true;

  return {
    element,
    player: player.element,
    load({ example }, loaded) {
      trace = loaded && !isAbsent(loaded) ? loaded : undefined;
      element.hidden = loaded === undefined;
      for (const part of [player.element, figures]) part.hidden = trace === undefined;
      player.stop();
      if (loaded && isAbsent(loaded)) fill(plotted, h('p', { class: 'muted' }, loaded.reason));
      if (!loaded || isAbsent(loaded)) return;
      const { axis, points } = loaded;
      const isEpsilon = axis === 'epsilon';
      title.textContent = isEpsilon ? t('Logits along the sign of the gradient') : t('Logits along the attack');
      remark.textContent = isEpsilon
        ? t('dashed: linear extrapolation from the image; below: prediction')
        : t('below: prediction');
      const wanted = kinds[kind].hasTrueLabel ? [example.label, example.target] : [example.target];
      const drawing = drawingOf(
        points,
        axis,
        name,
        wanted.map((one) => (one === undefined ? -1 : context.model().test.classes.indexOf(one))),
      );
      chart = createTraceChart(t, drawing, (step, isPressed) => {
        // A mouse that merely passes over does not interrupt.
        if (player.isPlaying && !isPressed) return;
        player.stop();
        context.set({ step });
      });
      fill(plotted, chart.element);
      fill(
        table,
        createDataTable(
          [isEpsilon ? 'ε' : t('Step'), t('Prediction'), formatNorm(norm), ...drawing.classes.map(name)],
          points.map((point) => rowOf(point, drawing, norm)),
        ),
      );
      player.load(points.length, !isEpsilon);
    },
    show(place) {
      const point = place === undefined ? undefined : trace?.points[place];
      chart?.mark(point && place);
      player.show(point && place, point && trace ? describe(point, trace.axis) : '');
    },
    step: (by) => trace && player.step(by),
    stop: () => player.stop(),
  };
}

/** "Step 3", or "At ε = +3.2/255". */
export function titleOf(t: Translate, { at }: TracePoint, axis: LoadedTrace['axis']): string {
  const place = formatTraceAxis(at, axis);
  return axis === 'epsilon' ? t('At ε = {0}', place) : t('Step {0}', place);
}

/** "stop 93%". */
export function answerOf({ predicted, confidence }: TracePoint, name: TraceDrawing['name']): string {
  return `${name(predicted)} ${formatConfidence(confidence)}`;
}

function rowOf(point: TracePoint, { axis, classes, name }: TraceDrawing, norm: Norm): string[] {
  return [
    formatTraceAxis(point.at, axis),
    answerOf(point, name),
    formatAmount(point.norms[norm], norm),
    ...classes.map((index) => formatLogit(point.logits[index] ?? 0)),
  ];
}

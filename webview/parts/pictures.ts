import type { Context, Part } from '../context.ts';
import { h, on } from '../dom.ts';
import { loadTwin } from '../images/loadTwin.ts';
import { type Absence, isAbsent, loadPair, type Pair, withStep } from '../images/pair.ts';
import type { LoadedTrace } from '../images/traceStore.ts';
import { stepGain } from '../logic/amplify.ts';
import { className } from '../logic/describe.ts';
import type { Item } from '../logic/item.ts';
import type { Model } from '../logic/model.ts';
import { modes } from '../logic/state.ts';
import { createFlicker } from './flicker.ts';
import { createModeBar } from './modeBar.ts';
import { createOptions } from './options.ts';
import { createPanes, type Twin } from './panes.ts';
import { createReadout } from './readout.ts';
import { answerOf, createTraceView, titleOf } from './traceView.ts';

/** The pictures of the selected example with all that belongs to them. */
export interface Pictures extends Part {
  focus(): void;
  /** Stops everything that runs on its own. */
  stop(): void;
  /** The current images; missing while the first ones load. */
  readonly pair: Pair | undefined;
}

/** CSS pixels that an arrow key moves the image by. */
const panStep = 32;

export function createPictures(context: Context): Pictures {
  const { t } = context;
  let pair: Pair | undefined;
  /** The reported result of the current example, and the path of the attack. */
  let loaded:
    | { readonly item: Item; readonly pair: Pair; readonly twin?: Twin; readonly trace?: LoadedTrace }
    | undefined;
  let request = 0;

  const readout = createReadout(t);
  const panes = createPanes(context, () => readout.show(pair, panes.cursor));
  const flicker = createFlicker(t, () => panes.flip(flicker.adversarial));
  const modeBar = createModeBar(context, panes);
  const options = createOptions(context, flicker.button);
  const traceView = createTraceView(context);
  const stage = h(
    'div',
    {
      class: 'stage',
      // Arrow keys have to reach the page, also where a screen reader would take them to browse.
      role: 'application',
      tabindex: 0,
      'aria-label': t('Pictures: arrow keys move, plus and minus zoom, Shift and arrow keys inspect pixels'),
    },
    panes.element,
  );
  const element = h(
    'section',
    { class: 'pictures', 'aria-label': t('Pictures') },
    modeBar.element,
    options.element,
    stage,
    traceView.player,
    readout.element,
    traceView.element,
  );

  async function load(model: Model): Promise<void> {
    const mine = ++request;
    stage.setAttribute('aria-busy', 'true');
    await loadSelected(model, () => mine === request);
    if (mine === request) stage.removeAttribute('aria-busy');
  }

  /** @param isWanted whoever moves on quickly wants the last one. */
  async function loadSelected(model: Model, isWanted: () => boolean): Promise<void> {
    const { selected } = model;
    if (!selected) return;
    traceView.stop();
    const [reported, twin] = await Promise.all([
      loadPair(t, context.images, selected.example),
      loadTwin(t, model, selected.example),
    ]);
    if (!isWanted()) return;
    loaded = { item: selected, pair: reported, ...(twin && { twin }) };
    show();
    const { original } = reported;
    const trace = isAbsent(original)
      ? undefined
      : await context.traces.load(selected, original).catch(
          ({ message }: Error): Absence => ({
            reason: t('Cannot load {0}: {1}', selected.example.trace?.image ?? '', message),
          }),
        );
    if (!isWanted()) return;
    traceView.load(selected, trace);
    if (!trace || isAbsent(trace)) return;
    loaded = { ...loaded, trace };
    show();
  }

  /** Shows the reported result of the example, or the selected point of the trace. */
  function show(): void {
    if (!loaded) return;
    const { item, trace, pair: reported } = loaded;
    const { step } = context.model().state;
    // The only result of an explanation is the line, so its end is shown.
    const wanted = step ?? (trace?.axis === 'epsilon' ? trace.points.length - 1 : undefined);
    const place = trace && wanted !== undefined ? Math.min(wanted, trace.points.length - 1) : undefined;
    const point = place === undefined ? undefined : trace?.points[place];
    pair = reported;
    if (trace && point) {
      const title = titleOf(t, point, trace.axis);
      const { classes } = context.model().test;
      const answer = answerOf(point, (index) => className(t, classes, index));
      pair = withStep(t, reported, trace.image(point), { title, answer });
    }
    options.showDifference(isAbsent(pair.difference) ? undefined : pair.difference);
    panes.show(item, pair, loaded.twin);
    readout.show(pair, panes.cursor);
    if (trace) traceView.show(place);
  }

  function step(by: 1 | -1): void {
    const { visible, position } = context.model();
    const next = visible[position + by];
    if (next) context.set({ selected: next.key });
  }

  function press({ key, shiftKey }: KeyboardEvent): boolean {
    const arrow = arrows[key];
    if (arrow) {
      const [x, y] = arrow;
      if (shiftKey) {
        panes.moveCursor(x, y);
        context.announce(readout.show(pair, panes.cursor));
      } else {
        panes.panBy(-x * panStep, -y * panStep);
      }
      return true;
    }
    const { state } = context.model();
    const mode = modes[Number(key) - 1];
    if (mode) context.set({ mode });
    else if (key === '+' || key === '=') panes.zoomBy(1.5);
    else if (key === '-' || key === '_') panes.zoomBy(1 / 1.5);
    else if (key === '0') panes.fit();
    else if (key === ']') context.set({ gain: stepGain(state.gain, 1) });
    else if (key === '[') context.set({ gain: stepGain(state.gain, -1) });
    else if (key === 'n' || key === 'PageDown') step(1);
    else if (key === 'p' || key === 'PageUp') step(-1);
    else if (key === '.') traceView.step(1);
    else if (key === ',') traceView.step(-1);
    else if (key === ' ' && state.mode === 'flicker') flicker.toggle();
    else if (key === 'Escape' && panes.cursor) panes.setCursor(undefined);
    else if (key === 'Escape') context.focus('gallery');
    else return false;
    return true;
  }

  on(stage, {
    keydown: (event) => {
      if (!event.ctrlKey && !event.metaKey && !event.altKey && press(event)) event.preventDefault();
    },
  });
  stage.addEventListener('press', () => {
    if (context.model().state.mode === 'flicker') flicker.toggle();
  });

  return {
    element,
    focus: () => stage.focus(),
    stop() {
      flicker.run(false);
      traceView.stop();
    },
    get pair() {
      return pair;
    },
    update(model, previous) {
      if (model.selected !== previous?.selected || model.twin !== previous?.twin) void load(model);
      else if (model.state.step !== previous?.state.step) show();
      flicker.run(model.state.mode === 'flicker');
      for (const part of [modeBar, options, panes]) part.update(model, previous);
    },
  };
}

const arrows: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

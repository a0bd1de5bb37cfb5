import { kinds } from '../src/attacks/kind.ts';
import type { ToWebview } from '../src/page/protocol.ts';
import type { Context, Part } from './context.ts';
import { h, on } from './dom.ts';
import { post, saveState } from './host.ts';
import { FileStore } from './images/fileStore.ts';
import { ImageStore } from './images/imageStore.ts';
import { TraceStore } from './images/traceStore.ts';
import { createTranslate } from './l10n.ts';
import { deriveModel, type Model, type Told } from './logic/model.ts';
import { reviveReport } from './logic/revive.ts';
import type { State } from './logic/state.ts';
import { createConfusion } from './parts/confusion.ts';
import { createCurveChart } from './parts/curveChart.ts';
import { createDetectionChart } from './parts/detection.ts';
import { createExample } from './parts/example.ts';
import { createFilters } from './parts/filters.ts';
import { createGallery } from './parts/gallery.ts';
import { createHeader } from './parts/header.ts';
import { createHelp } from './parts/help.ts';
import { createHistogramChart } from './parts/histogramChart.ts';
import { createPictures } from './parts/pictures.ts';
import { createQueryChart } from './parts/queryChart.ts';

/** The page of a test. */
export interface App {
  /** Takes over what has changed in the test, or what the page requested from the extension. */
  receive(message: Extract<ToWebview, { type: 'update' | 'rest' | 'runs' | 'twin' | 'steps' | 'file' }>): void;
  /** Stops everything that runs on its own. */
  end(): void;
}

/** Builds the page for a test and keeps it up to date until it is disposed of. */
export function createApp(
  root: HTMLElement,
  { test, strings }: Extract<ToWebview, { type: 'show' }>,
  { runs, twins }: Pick<Told, 'runs' | 'twins'>,
  state: State,
): App {
  const t = createTranslate(strings);
  let model = settle(deriveModel({ test: { ...test, report: reviveReport(test.report) }, runs, twins }, state));
  const live = h('div', { class: 'hidden', role: 'status', 'aria-live': 'polite' });
  const help = createHelp(t);
  const traces = new TraceStore(test.imagesBase, (example) => post({ type: 'loadSteps', example }));
  const files = new FileStore((example) => post({ type: 'loadFile', example }));
  const context: Context = {
    t,
    images: new ImageStore(test),
    traces,
    files,
    model: () => model,
    set: (change) => update(model, { ...model.state, ...change }),
    endComparison: () => update({ ...model, twin: undefined }, model.state),
    announce(words) {
      live.textContent = words;
    },
    focus: (part) => (part === 'gallery' ? gallery : pictures).focus(),
    showHelp: () => help.showModal(),
  };

  function update(told: Told, state: State): void {
    const previous = model;
    model = settle(
      deriveModel({ test: told.test, runs: told.runs, twins: told.twins, twin: told.twin }, state, previous),
    );
    // A newly selected example first shows its reported result.
    if (model.selected !== previous.selected) model = { ...model, state: { ...model.state, step: null } };
    saveState(model.state);
    draw(previous);
  }

  function draw(previous?: Model): void {
    for (const part of parts) part.update(model, previous);
    if (model.test.isBeginning) return;
    for (const part of summaries) part.update(model, previous?.test.isBeginning ? undefined : previous);
  }

  const header = createHeader(context);
  const filters = createFilters(context);
  const gallery = createGallery(context);
  const pictures = createPictures(context);
  const example = createExample(context, pictures);
  // An explanation is about one example at a time, so there is nothing to summarize.
  const charts = kinds[test.report.attack.kind].isMeasured
    ? [createCurveChart, createQueryChart, createDetectionChart, createHistogramChart, createConfusion].map((create) =>
        create(context),
      )
    : [];
  const content = h(
    'main',
    { class: 'main' },
    h('section', { class: 'browser', 'aria-label': t('Gallery') }, filters.element, gallery.element),
    h(
      'div',
      { class: 'detail' },
      pictures.element,
      example.element,
      charts.length > 0 &&
        h('section', { class: 'charts', 'aria-label': t('All examples') }, ...charts.map(({ element }) => element)),
    ),
  );
  const nothing = h('main', { class: 'main nothing' }, h('p', {}));
  const body: Part = {
    element: content,
    update({ test }) {
      content.hidden = test.examples.length === 0;
      nothing.hidden = !content.hidden;
      (nothing.firstElementChild as HTMLElement).textContent =
        test.progress === undefined
          ? t('This test has no examples: nothing could be evaluated.')
          : t('No example has finished yet.');
    },
  };
  const parts: Part[] = [body, header, gallery, pictures, example];
  /** What counts all examples: it waits for them. */
  const summaries: Part[] = [filters, ...charts];

  const page = h('div', { class: 'page' }, header.element, content, nothing);
  root.replaceChildren(page, live, help);
  on(page, {
    keydown: ({ key, target }) => {
      const isTyping = target instanceof HTMLSelectElement || target instanceof HTMLInputElement;
      if (key === '?' && !isTyping) help.showModal();
    },
  });
  saveState(model.state);
  draw();
  return {
    receive(message) {
      switch (message.type) {
        case 'steps':
          return traces.receive(message.example, message.steps);
        case 'file':
          return files.receive(message);
        case 'runs':
          return update({ ...model, runs: message.runs, twins: message.twins }, model.state);
        case 'twin':
          return update(
            { ...model, twin: { ...message.test, report: reviveReport(message.test.report) } },
            model.state,
          );
        case 'rest': {
          const { isBeginning: _, ...test } = model.test;
          return update(
            { ...model, test: { ...test, examples: [...test.examples, ...message.examples] } },
            model.state,
          );
        }
        case 'update': {
          const { test, finished } = message;
          const examples = finished.length > 0 ? [...model.test.examples, ...finished] : model.test.examples;
          const { progress: _, ...rest } = model.test;
          return update(
            { ...model, test: { ...rest, ...test, report: reviveReport(test.report), examples } },
            model.state,
          );
        }
      }
    },
    end: () => pictures.stop(),
  };
}

/**
 * The state with the example that is actually selected: the one that the view opens on if none was, or the first visible
 * one if the filter hid it. While the test runs or is loaded, the selected one or a better one to open on may still come.
 */
function settle(model: Model): Model {
  const { selected, state, items, test } = model;
  const key = selected?.key ?? null;
  const isHere = items.some((item) => item.key === state.selected);
  const mayRun = isRunning(test) && (state.selected !== null || selected?.example.status !== 'fooled');
  const mayCome = !isHere && (test.isBeginning === true || mayRun);
  return key === state.selected || mayCome ? model : { ...model, state: { ...state, selected: key } };
}

function isRunning({ progress }: Model['test']): boolean {
  return progress !== undefined && progress.phase !== 'canceled';
}

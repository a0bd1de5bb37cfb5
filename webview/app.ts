import { kinds } from '../src/attacks/kind.ts';
import type { ShownTest, ToWebview } from '../src/page/protocol.ts';
import type { Context, Part } from './context.ts';
import { h, on } from './dom.ts';
import { post, saveState } from './host.ts';
import { ImageStore } from './images/imageStore.ts';
import { TraceStore } from './images/traceStore.ts';
import { createTranslate } from './l10n.ts';
import { deriveModel, type Model } from './logic/model.ts';
import type { State } from './logic/state.ts';
import { createCurveChart } from './parts/curveChart.ts';
import { createDetectionChart } from './parts/detection.ts';
import { createExample } from './parts/example.ts';
import { createFilters } from './parts/filters.ts';
import { createGallery } from './parts/gallery.ts';
import { createHeader } from './parts/header.ts';
import { createHelp } from './parts/help.ts';
import { createHistogramChart } from './parts/histogramChart.ts';
import { createPictures } from './parts/pictures.ts';

/** The page of a test. */
export interface App {
  /** Receives what the page requested from the extension. */
  receive(message: Extract<ToWebview, { type: 'steps' }>): void;
  /** Stops everything that runs on its own. */
  end(): void;
}

/** Builds the page for a test and keeps it up to date until it is disposed of. */
export function createApp(
  root: HTMLElement,
  test: ShownTest,
  strings: Readonly<Record<string, string>>,
  state: State,
): App {
  const t = createTranslate(strings);
  let model = settle(deriveModel(test, state));
  const live = h('div', { class: 'hidden', role: 'status', 'aria-live': 'polite' });
  const help = createHelp(t);
  const traces = new TraceStore(test.imagesBase, (example) => post({ type: 'loadSteps', example }));
  const context: Context = {
    t,
    images: new ImageStore(test.imagesBase),
    traces,
    model: () => model,
    set(change) {
      const previous = model;
      model = settle(deriveModel(test, { ...model.state, ...change }, model));
      // A newly selected example first shows its reported result.
      if (model.selected !== previous.selected) model = { ...model, state: { ...model.state, step: null } };
      saveState(model.state);
      for (const part of parts) part.update(model, previous);
    },
    announce(words) {
      live.textContent = words;
    },
    focus: (part) => (part === 'gallery' ? gallery : pictures).focus(),
    showHelp: () => help.showModal(),
  };

  const header = createHeader(context);
  const filters = createFilters(context);
  const gallery = createGallery(context);
  const pictures = createPictures(context);
  const example = createExample(context, pictures);
  const histogram = createHistogramChart(context);
  const curve = createCurveChart(context);
  const detection = createDetectionChart(context);
  const parts: Part[] = [header, filters, gallery, pictures, example, histogram, ...(detection ? [detection] : [])];

  const hasExamples = test.examples.length > 0;
  const page = h(
    'div',
    { class: 'page' },
    header.element,
    hasExamples
      ? h(
          'main',
          { class: 'main' },
          h('section', { class: 'browser', 'aria-label': t('Gallery') }, filters.element, gallery.element),
          h(
            'div',
            { class: 'detail' },
            pictures.element,
            example.element,
            // An explanation is about one example at a time, so there is nothing to summarize.
            kinds[test.report.attack.kind].isMeasured &&
              h(
                'section',
                { class: 'charts', 'aria-label': t('All examples') },
                curve,
                detection?.element,
                histogram.element,
              ),
          ),
        )
      : h('main', { class: 'main nothing' }, h('p', {}, t('This test has no examples: nothing could be evaluated.'))),
  );
  root.replaceChildren(page, live, help);
  on(page, {
    keydown: ({ key, target }) => {
      if (key === '?' && !(target instanceof HTMLSelectElement)) help.showModal();
    },
  });
  saveState(model.state);
  for (const part of parts) part.update(model);
  return { receive: ({ example, steps }) => traces.receive(example, steps), end: () => pictures.stop() };
}

/** The state with the example that is actually selected: the first visible one if none was, or if the filter hid it. */
function settle(model: Model): Model {
  const key = model.selected?.key ?? null;
  return key === model.state.selected ? model : { ...model, state: { ...model.state, selected: key } };
}

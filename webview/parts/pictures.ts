import type { Context, Part } from '../context.ts';
import { h, on } from '../dom.ts';
import { isAbsent, loadPair, type Pair } from '../images/pair.ts';
import { stepGain } from '../logic/amplify.ts';
import type { Model } from '../logic/model.ts';
import { modes } from '../logic/state.ts';
import { createFlicker } from './flicker.ts';
import { createModeBar } from './modeBar.ts';
import { createOptions } from './options.ts';
import { createPanes } from './panes.ts';
import { createReadout } from './readout.ts';

/** The pictures of the selected example with all that belongs to them. */
export interface Pictures extends Part {
  focus(): void;
  /** Ends what would go on by itself. */
  stop(): void;
  /** The images at hand; missing while the first ones load. */
  readonly pair: Pair | undefined;
}

/** CSS pixels that an arrow key moves the image by. */
const panStep = 32;

export function createPictures(context: Context): Pictures {
  const { t } = context;
  let pair: Pair | undefined;
  let request = 0;

  const readout = createReadout(t);
  const panes = createPanes(context, () => readout.show(pair, panes.cursor));
  const flicker = createFlicker(t, () => panes.flip(flicker.adversarial));
  const modeBar = createModeBar(context, panes);
  const options = createOptions(context, flicker.button);
  const stage = h(
    'div',
    {
      class: 'stage',
      // Arrow keys have to reach the page, also where a screen reader would take them to browse.
      role: 'application',
      tabindex: 0,
      'aria-label': t('Pictures: arrow keys move, plus and minus zoom, Shift and arrow keys read pixels'),
    },
    panes.element,
  );
  const element = h(
    'section',
    { class: 'pictures', 'aria-label': t('Pictures') },
    modeBar.element,
    options.element,
    stage,
    readout.element,
  );

  async function load(model: Model): Promise<void> {
    const mine = ++request;
    const { selected } = model;
    if (!selected) return;
    const loaded = await loadPair(t, context.images, selected.example);
    // Whoever moves on quickly wants the last one.
    if (mine !== request) return;
    pair = loaded;
    options.showLargest(isAbsent(loaded.difference) ? 0 : loaded.difference.largest);
    panes.show(selected, loaded);
    readout.show(pair, panes.cursor);
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
    stop: () => flicker.run(false),
    get pair() {
      return pair;
    },
    update(model, previous) {
      if (model.selected !== previous?.selected) void load(model);
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

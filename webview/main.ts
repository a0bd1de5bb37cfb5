import 'uplot/dist/uPlot.min.css';
import './style/base.css';
import './style/controls.css';
import './style/header.css';
import './style/gallery.css';
import './style/pictures.css';
import './style/example.css';
import './style/tables.css';
import './style/charts.css';
import './style/trace.css';
import { itemKey } from '../src/page/keys.ts';
import type { ToWebview } from '../src/page/protocol.ts';
import { type App, createApp } from './app.ts';
import { h } from './dom.ts';
import { onMessage, post, savedState } from './host.ts';
import { icon } from './icons.ts';
import { everything } from './logic/filter.ts';
import type { Told } from './logic/model.ts';
import { restoreState, type State } from './logic/state.ts';

// The page of the perturbation view: it asks for a test and shows it.

const root = document.getElementById('root') as HTMLElement;
/** What is shown now. */
let app: App | undefined;
/** They are the same whichever run is shown. */
let told: Pick<Told, 'runs' | 'twins'> = { runs: [], twins: [] };

onMessage((message) => {
  switch (message.type) {
    case 'show':
      return show(message);
    case 'error':
      app?.end();
      app = undefined;
      root.replaceChildren(h('div', { class: 'failure', role: 'alert' }, icon('warning'), h('p', {}, message.message)));
      return;
    case 'runs':
      told = message;
  }
  app?.receive(message);
});
post({ type: 'ready' });

function show(message: Extract<ToWebview, { type: 'show' }>): void {
  const { location, test, selected } = message;
  const state = restoreState(savedState(), location);
  const example = selected === undefined ? undefined : test.examples[selected];
  app?.end();
  // A requested example must not be hidden by an earlier filter.
  app = createApp(root, message, told, example ? selecting(state, itemKey(example)) : state);
}

function selecting(state: State, selected: string): State {
  const step = selected === state.selected ? state.step : null;
  return { ...state, selected, step, filter: everything };
}

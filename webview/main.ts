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
import { reviveReport } from './logic/revive.ts';
import { restoreState, type State } from './logic/state.ts';

// The page of the perturbation view: it asks for a test and shows it.

const root = document.getElementById('root') as HTMLElement;
/** What is shown now. */
let app: App | undefined;

onMessage((message) => {
  if (message.type === 'show') show(message);
  else if (message.type === 'steps') app?.receive(message);
  else {
    app?.end();
    app = undefined;
    root.replaceChildren(h('div', { class: 'failure', role: 'alert' }, icon('warning'), h('p', {}, message.message)));
  }
});
post({ type: 'ready' });

function show({ location, test, selected, strings }: Extract<ToWebview, { type: 'show' }>): void {
  const state = restoreState(savedState(), location);
  const example = selected === undefined ? undefined : test.examples[selected];
  app?.end();
  app = createApp(
    root,
    { ...test, report: reviveReport(test.report) },
    strings,
    // A requested example must not be hidden by an earlier filter.
    example ? selecting(state, itemKey(example)) : state,
  );
}

function selecting(state: State, selected: string): State {
  const step = selected === state.selected ? state.step : null;
  return { ...state, selected, step, filter: { status: null, label: null, epsilon: null } };
}

import 'uplot/dist/uPlot.min.css';
import './style/base.css';
import './style/controls.css';
import './style/header.css';
import './style/gallery.css';
import './style/pictures.css';
import './style/example.css';
import './style/charts.css';
import { createApp } from './app.ts';
import { h } from './dom.ts';
import { onMessage, post, savedState } from './host.ts';
import { icon } from './icons.ts';
import { itemKey } from './logic/item.ts';
import { reviveReport } from './logic/revive.ts';
import { restoreState } from './logic/state.ts';
import type { ToWebview } from './protocol.ts';

// The page of the perturbation view: it asks for a test and shows it.

const root = document.getElementById('root') as HTMLElement;
/** Ends what is shown now. */
let end = (): void => {};

onMessage((message) => {
  if (message.type === 'show') show(message);
  else if (message.type === 'error') {
    end();
    root.replaceChildren(h('div', { class: 'failure', role: 'alert' }, icon('warning'), h('p', {}, message.message)));
  }
});
post({ type: 'ready' });

function show({ location, test, selected, strings }: Extract<ToWebview, { type: 'show' }>): void {
  const state = restoreState(savedState(), location);
  const example = selected === undefined ? undefined : test.examples[selected];
  end();
  end = createApp(
    root,
    { ...test, report: reviveReport(test.report) },
    strings,
    // An example that was asked for must not stay hidden behind a filter from before.
    example ? { ...state, selected: itemKey(example), filter: { status: null, label: null, epsilon: null } } : state,
  );
}

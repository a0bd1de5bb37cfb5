import type { FromWebview, ToWebview } from '../../src/page/protocol.ts';
import { type ReportedRun, runElement } from '../../src/page/reportedRun.ts';
import { createRunList } from './runList.ts';

// In a report the page itself is what VS Code is to the view: it has the tests, and answers for the extension.

const states = new Map<string, unknown>();
const run = readRun();
const list = run.then((read) => createRunList(read, show));
let shown = '';

Object.assign(globalThis, {
  acquireVsCodeApi: () => ({
    postMessage: (message: FromWebview) => void receive(message),
    getState: () => states.get(shown),
    setState: (state: unknown) => states.set(shown, state),
  }),
});
addEventListener('hashchange', () => void list.then((made) => made.follow()));

async function receive(message: FromWebview): Promise<void> {
  switch (message.type) {
    case 'ready':
      return (await list).follow();
    case 'savePicture':
      return download(message.name, message.png);
    case 'loadFile':
      return tell({
        type: 'file',
        example: message.example,
        reason: 'A report has the images as the model gets them. The file is where the tests were run.',
      });
  }
}

/** Shows the test at a place of the list. */
async function show(place: number): Promise<void> {
  const { tests, started } = await run;
  const test = tests[place];
  if (test === undefined) return tell({ type: 'error', message: 'This run has no tests.' });
  if ('unplanned' in test) return tell({ type: 'error', message: test.unplanned.message });
  shown = test.shown.report.id;
  tell({
    type: 'show',
    location: { folder: started, test: shown },
    test: test.shown,
    strings: {},
  });
}

function tell(message: ToWebview): void {
  postMessage(message, '*');
}

async function readRun(): Promise<ReportedRun> {
  const text = document.getElementById(runElement)?.textContent ?? '';
  const bytes = Uint8Array.from(atob(text.trim()), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Response(stream).json();
}

function download(name: string, png: Uint8Array): void {
  const link = document.createElement('a');
  link.download = name;
  link.href = URL.createObjectURL(new Blob([new Uint8Array(png)], { type: 'image/png' }));
  link.click();
  URL.revokeObjectURL(link.href);
}

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { applyEdits, modify } from 'jsonc-parser';
import type { Browser, Page } from 'playwright-core';
import type { RunProgress } from '../../../src/page/protocol.ts';
import { shownTest } from '../../../src/page/shownTest.ts';
import { pageStrings } from '../../../src/page/strings.ts';
import type { ExampleReport, TestReport } from '../../../src/reports/report.ts';
import { builtProgram, perturb } from '../../support/program.ts';
import { planned, readLines, readReport } from '../../support/readRun.ts';
import { launchBrowser } from './launchBrowser.ts';
import { openPage, type PageOptions } from './openPage.ts';
import { type PageServer, startPageServer } from './pageServer.ts';

const demo = path.join(import.meta.dirname, '..', '..', '..', 'media', 'demo');

/** What the demo has not: attacks whose steps are kept, forged images, and explanations. */
const more = {
  recorded: { dataset: 'few', attack: 'ifgsm', epsilon: '8/255', record: 2, expect: { robustAccuracy: 0 } },
  explained: { dataset: 'few', attack: 'linear', epsilon: '16/255' },
  forged: {
    attack: 'forge',
    target: 'stop',
    parameters: { steps: 70 },
    record: 2,
    expect: { successRate: 1 },
  },
};

/** The demo with these tests, in a folder of its own. */
async function makeWorkspace(folder: string): Promise<void> {
  await cp(demo, folder, { recursive: true });
  const file = path.join(folder, '.vscode', 'settings.json');
  let text = await readFile(file, 'utf8');
  const set = (place: string[], value: object) => {
    text = applyEdits(text, modify(text, place, value, {}));
  };
  set(['perturb.datasets', 'few'], { path: 'data/street', labels: 'folders', limit: 6 });
  for (const [name, test] of Object.entries(more)) set(['perturb.tests', name], { model: 'signs', ...test });
  await writeFile(file, text);
}

/** A test of the demo, as the page gets it. */
export interface Shown {
  readonly report: TestReport;
  readonly examples: readonly ExampleReport[];
  /** While it runs. */
  readonly progress?: RunProgress;
  /** The rest of the examples follows. */
  readonly isBeginning?: true;
}

/** Runs the demo, and opens pages that show its tests. */
export interface PageFixture {
  /** Folder of the run. */
  readonly folder: string;
  read(test: string): Promise<Shown>;
  /** Opens a page; the test fails when it throws an error or breaks its security policy. */
  open(shown: Shown, options?: PageOptions & { selected?: number }): Promise<Page>;
  /** What has gone wrong in the pages since the test began; emptied by asking. */
  takeMishaps(): string[];
}

/** What is costly to make. */
interface Means {
  readonly browser: Browser;
  readonly server: PageServer;
  readonly folder: string;
  /** What goes away in the end: the folder of all. */
  readonly temporary: string;
}

let means: Promise<Means> | undefined;

async function prepare(): Promise<Means> {
  const folder = await mkdtemp(path.join(tmpdir(), 'perturb-page-'));
  const workspace = path.join(folder, 'workspace');
  await makeWorkspace(workspace);
  const [browser, server] = await Promise.all([
    launchBrowser(),
    startPageServer(),
    perturb('run', workspace, '--output', path.join(folder, 'run')),
  ]);
  return { browser, server, folder: path.join(folder, 'run'), temporary: folder };
}

// Outside of any `describe`: after all tests.
after(async () => {
  const made = await means?.catch(() => undefined);
  if (!made) return;
  await made.browser.close();
  made.server.close();
  await rm(made.temporary, { recursive: true, force: true });
});

/** Gives the surrounding `describe` a browser, the built page, and a run of the demo; all share one of each. */
export function usePage(): PageFixture {
  builtProgram();
  let made: Means;
  let pages: Page[] = [];
  let mishaps: string[][] = [];
  before(async () => {
    means ??= prepare();
    made = await means;
  });
  const takeMishaps = () => mishaps.flatMap((some) => some.splice(0));
  afterEach(async () => {
    const found = takeMishaps();
    for (const page of pages) await page.context().close();
    [pages, mishaps] = [[], []];
    if (found.length > 0) throw new Error(`The page had errors:\n${found.join('\n')}`);
  });
  return {
    get folder() {
      return made.folder;
    },
    async read(test) {
      const report = planned(await readReport(made.folder), test);
      const examples = await readLines(made.folder);
      return { report, examples: examples.filter((example) => example.test === report.id) };
    },
    async open({ report, examples, progress, isBeginning }, { selected, ...options } = {}) {
      const started = 'Nov 22, 2025, 5:55 PM';
      const show = {
        type: 'show',
        location: { folder: made.folder, test: report.id },
        test: {
          ...shownTest({ report, examples, started, ...(progress && { progress }) }),
          ...(isBeginning && { isBeginning }),
          imagesBase: '',
          started,
        },
        strings: Object.fromEntries(pageStrings.map((text) => [text, text])),
        ...(selected !== undefined && { selected }),
      } as const;
      made.server.serve(made.folder, show, examples);
      const opened = await openPage(made.browser, made.server.url, options);
      pages.push(opened.page);
      mishaps.push(opened.mishaps);
      return opened.page;
    },
    takeMishaps,
  };
}

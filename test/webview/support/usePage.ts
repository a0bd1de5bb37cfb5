import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { ExampleReport, TestReport } from '../../../src/reports/report.ts';
import { pageStrings } from '../../../webview/strings.ts';
import { builtProgram, perturb } from '../../support/program.ts';
import { planned, readLines, readReport } from '../../support/readRun.ts';
import { provisionChromium } from '../../support/vscode/chromium.ts';
import { openPage, type PageOptions } from './openPage.ts';
import { type PageServer, startPageServer } from './pageServer.ts';

const demo = path.join(import.meta.dirname, '..', '..', '..', 'media', 'demo');

/** A test of the demo, as the page gets it. */
export interface Shown {
  readonly report: TestReport;
  readonly examples: readonly ExampleReport[];
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
}

let means: Promise<Means> | undefined;

async function prepare(): Promise<Means> {
  const folder = await mkdtemp(path.join(tmpdir(), 'perturb-page-'));
  const executablePath = await provisionChromium();
  const [browser, server] = await Promise.all([
    // A container lacks the means of Chromium's sandbox.
    chromium.launch({ executablePath, args: ['--no-sandbox'] }),
    startPageServer(),
    perturb('run', demo, '--output', folder),
  ]);
  return { browser, server, folder };
}

// Outside of any `describe`: after all tests.
after(async () => {
  const made = await means?.catch(() => undefined);
  if (!made) return;
  await made.browser.close();
  made.server.close();
  await rm(made.folder, { recursive: true, force: true });
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
    async open({ report, examples }, { selected, ...options } = {}) {
      made.server.serve(made.folder, {
        type: 'show',
        location: { folder: made.folder, test: report.id },
        test: { report, examples, imagesBase: '', started: 'Nov 22, 2025, 5:55 PM' },
        strings: Object.fromEntries(pageStrings.map((text) => [text, text])),
        ...(selected !== undefined && { selected }),
      });
      const opened = await openPage(made.browser, made.server, options);
      pages.push(opened.page);
      mishaps.push(opened.mishaps);
      return opened.page;
    },
    takeMishaps,
  };
}

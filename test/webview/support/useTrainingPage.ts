import type { Browser, Page } from 'playwright-core';
import { pageStrings } from '../../../src/page/strings.ts';
import type { ShownTraining } from '../../../src/page/trainingProtocol.ts';
import { launchBrowser } from './launchBrowser.ts';
import { openPage, type PageOptions } from './openPage.ts';
import { type PageServer, startPageServer } from './pageServer.ts';

/** Opens pages that show trainings. */
export interface TrainingPageFixture {
  /** Opens a page; the test fails when it throws an error or breaks its security policy. */
  open(training: ShownTraining, options?: PageOptions): Promise<Page>;
}

/** Gives the surrounding `describe` a browser and the built page of a training. */
export function useTrainingPage(): TrainingPageFixture {
  let browser: Browser;
  let server: PageServer;
  let opened: { page: Page; mishaps: string[] }[] = [];
  before(async () => {
    [browser, server] = await Promise.all([launchBrowser(), startPageServer()]);
  });
  afterEach(async () => {
    for (const { page } of opened) await page.context().close();
    const mishaps = opened.flatMap((one) => one.mishaps);
    opened = [];
    if (mishaps.length > 0) throw new Error(`The page had errors:\n${mishaps.join('\n')}`);
  });
  after(async () => {
    await browser.close();
    server.close();
  });
  return {
    async open(training, options) {
      const strings = Object.fromEntries(pageStrings.map((text) => [text, text]));
      server.serveTraining({ type: 'begin', training, strings });
      const one = await openPage(browser, server.trainingUrl, options);
      opened.push(one);
      return one.page;
    },
  };
}

/** Tells an open page how the training goes, as the extension does. */
export async function update(page: Page, training: ShownTraining): Promise<void> {
  await page.evaluate(`new Promise((resolve) => {
    // Called after the page's own listeners; what they change is drawn with the next frame.
    addEventListener('message', () => requestAnimationFrame(() => requestAnimationFrame(resolve)), { once: true });
    window.postMessage(${JSON.stringify({ type: 'update', training })}, '*');
  })`);
}

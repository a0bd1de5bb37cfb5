import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Frame, FrameLocator, Locator, Page } from 'playwright-core';

/** What is wrong with the accessibility of a page: the rule, and the elements that break it. */
export interface Violation {
  readonly rule: string;
  readonly impact: string;
  readonly help: string;
  readonly elements: readonly string[];
}

/**
 * The content of a webview: a frame within a frame. The outer one lies on top of the editor instead of inside it, so
 * which one belongs to an editor cannot be told; but those of hidden editors are invisible.
 */
export class Webview {
  readonly #outer: Locator;
  /** Finds elements in the content. */
  readonly content: FrameLocator;

  /** Of the visible webviews the one with this number. */
  constructor(page: Page, index = 0) {
    this.#outer = page.locator('iframe.webview.ready:visible').nth(index);
    this.content = this.#outer.contentFrame().locator('iframe#active-frame').contentFrame();
  }

  /** The frame itself, for all that needs more than elements. It changes when the extension sets the HTML anew. */
  async frame(): Promise<Frame> {
    await this.content.locator('body').waitFor();
    const handle = await this.content.owner().elementHandle();
    const frame = await handle?.contentFrame();
    if (frame === null || frame === undefined) throw new Error('The webview has closed.');
    return frame;
  }

  /** Checks the accessibility of the content, or of what a selector finds in it, against WCAG 2.2 AA. */
  async violations(selector?: string): Promise<Violation[]> {
    const frame = await this.frame();
    // Evaluated rather than added as a script: the security policy of a webview allows only the extension's own.
    await frame.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
    const options: axe.RunOptions = {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      resultTypes: ['violations'],
    };
    const context = selector === undefined ? 'document' : JSON.stringify(selector);
    const results = await frame.evaluate<axe.AxeResults>(`axe.run(${context}, ${JSON.stringify(options)})`);
    return results.violations.map(({ id, impact, help, nodes }) => ({
      rule: id,
      impact: impact ?? 'unknown',
      help,
      elements: nodes.map((node) => node.html),
    }));
  }
}

import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { chooseFromMenu, menuItem } from './menu.ts';
import { settled } from './settled.ts';
import { openView } from './views.ts';

/** The Explorer of the opened folder. */
export class ExplorerView {
  readonly #page: Page;
  readonly #folder: () => string;

  constructor(page: Page, folder: () => string) {
    this.#page = page;
    this.#folder = folder;
  }

  open(): Promise<void> {
    return openView(this.#page, 'Explorer');
  }

  /** The row of a file or folder, by its path in the opened folder; there is one only while its folder is expanded. */
  row(file: string): Locator {
    // Rows name the whole path, and after it what is wrong with the file. The beginning may be shortened to "~".
    const name = `/${path.basename(this.#folder())}/${file}`;
    const item = [`[aria-label$=${JSON.stringify(name)}]`, `[aria-label*=${JSON.stringify(`${name} •`)}]`];
    const label = item.map((attribute) => `.explorer-item${attribute}`).join(', ');
    return this.#page.locator('.explorer-folders-view .monaco-list-row').filter({ has: this.#page.locator(label) });
  }

  /** Opens the view, expands the folders that lead to a file or folder, and returns its row. */
  async reveal(file: string): Promise<Locator> {
    await this.open();
    const names = file.split('/');
    for (let depth = 1; depth < names.length; depth++) {
      const row = this.row(names.slice(0, depth).join('/'));
      if ((await row.getAttribute('aria-expanded')) === 'false') await row.locator('.monaco-tl-twistie').click();
    }
    const row = this.row(file);
    await row.scrollIntoViewIfNeeded();
    return row;
  }

  /** Opens the context menu of a file or folder. */
  async openMenu(file: string): Promise<void> {
    await settled(this.#page);
    await (await this.reveal(file)).click({ button: 'right' });
    await this.#page.locator('.monaco-menu').first().waitFor();
  }

  /** Chooses from the context menu of a folder what is offered once the extension has looked into it. */
  async chooseOnceOffered(folder: string, label: string): Promise<void> {
    for (;;) {
      await this.openMenu(folder);
      if (await menuItem(this.#page, label).isVisible()) return chooseFromMenu(this.#page, label);
      // A menu stays as it was when it opened.
      await this.#page.keyboard.press('Escape');
      await this.#page.locator('.monaco-menu').first().waitFor({ state: 'hidden' });
    }
  }

  /** Chooses from the context menu of a file or folder; more than one label leads through submenus. */
  async choose(file: string, ...labels: readonly string[]): Promise<void> {
    await this.openMenu(file);
    await chooseFromMenu(this.#page, ...labels);
  }
}

// What a user sees and does in VS Code, for tests that drive it by Playwright (see startHost.ts).
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { ExplorerView } from './explorerView.ts';
import { Keyboard } from './keyboard.ts';
import { Notifications } from './notifications.ts';
import { repository } from './provision.ts';
import { QuickInput } from './quickInput.ts';
import type { Host } from './startHost.ts';
import { TestingView } from './testingView.ts';
import { type Theme, themes } from './themes.ts';
import { Webview } from './webview.ts';

/** Where screenshots are written. */
export const screenshots = path.resolve(
  process.env.PERTURB_SCREENSHOTS ?? path.join(repository, 'dist', 'test', 'screenshots'),
);

export type Part = 'editor' | 'sidebar' | 'panel' | 'statusbar';

export class Workbench {
  readonly host: Host;
  readonly page: Page;
  readonly explorer: ExplorerView;
  readonly testing: TestingView;
  readonly quickInput: QuickInput;
  readonly notifications: Notifications;
  readonly keyboard: Keyboard;
  #folder = '';

  constructor(host: Host) {
    this.host = host;
    this.page = host.page;
    this.explorer = new ExplorerView(host.page, () => this.#folder);
    this.testing = new TestingView(host.page);
    this.quickInput = new QuickInput(host.page);
    this.notifications = new Notifications(host.page, (title) => this.runCommand(title));
    this.keyboard = new Keyboard(host.page);
  }

  /** The folder that is open. */
  get folder(): string {
    return this.#folder;
  }

  async open(folder: string): Promise<void> {
    this.#folder = path.resolve(folder);
    await this.host.open(this.#folder);
  }

  /** Runs a command from the command palette by its whole title, such as "View: Show Testing". */
  runCommand(title: string): Promise<void> {
    return this.quickInput.runCommand(title);
  }

  /**
   * Loads the window anew, in VS Code's own way: it writes its state, such as what editors are open, before. When the
   * page is reloaded from outside, what has changed in the last minute may be lost.
   */
  async reload(): Promise<void> {
    const loaded = this.page.waitForEvent('framenavigated', (frame) => frame === this.page.mainFrame());
    await Promise.all([loaded, this.runCommand('Developer: Reload Window')]);
    await this.page.locator('.monaco-workbench').waitFor();
  }

  /** Trusts the opened folder, which with `workspaceTrust` is in Restricted Mode. */
  async trustFolder(): Promise<void> {
    await this.runCommand('Workspaces: Manage Workspace Trust');
    await this.page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).click();
    await this.statusItem('Restricted Mode').waitFor({ state: 'hidden' });
    // The editor of trust, like that of settings, opens on top of everything else. Escape would not reach it, since
    // the button that had the focus is gone.
    const overlay = this.page.locator('.monaco-modal-editor-block');
    await overlay
      .getByRole('button', { name: /^Close/ })
      .last()
      .click();
    await overlay.waitFor({ state: 'hidden' });
  }

  part(part: Part): Locator {
    return this.page.locator(`.part.${part}`);
  }

  /** The tab of an open editor. */
  tab(title: string): Locator {
    return this.part('editor').locator('.tab', { hasText: title });
  }

  /** An entry of the status bar. */
  statusItem(text: string | RegExp): Locator {
    return this.part('statusbar').locator('.statusbar-item', { hasText: text });
  }

  /** Of the visible webviews the one with this number. */
  webview(index = 0): Webview {
    return new Webview(this.page, index);
  }

  /** Changes the color theme, and waits until workbench and visible webviews have it. */
  async setTheme(theme: Theme): Promise<void> {
    const { id, file, webview } = themes[theme];
    await this.host.updateSettings({ 'workbench.colorTheme': id });
    await this.page.locator(`.monaco-workbench.vscode-theme-defaults-themes-${file}-json`).waitFor();
    const count = await this.page.locator('iframe.webview.ready:visible').count();
    for (let index = 0; index < count; index++) {
      await this.webview(index).content.locator(`body.${webview}`).waitFor();
    }
  }

  /** Writes a picture of the window, or of something in it, and returns the path of the file. */
  async screenshot(name: string, of?: Part | Locator): Promise<string> {
    const file = path.join(screenshots, `${name.replace(/[^\w.-]+/g, '-')}.png`);
    await mkdir(path.dirname(file), { recursive: true });
    const target = of === undefined ? this.page : typeof of === 'string' ? this.part(of) : of;
    // Fading in of menus and notifications is brought to its end first.
    await target.screenshot({ path: file, animations: 'disabled' });
    return file;
  }
}

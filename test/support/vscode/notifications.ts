import type { Locator, Page } from 'playwright-core';

/**
 * Runs in the window before VS Code does, and keeps what notifications say: they go away by themselves after some seconds,
 * or when what they tell of has ended, and a busy machine may look too late.
 */
export const rememberNotifications = `
  if (window === top) {
    window.notificationsSaid = [];
    const said = new WeakMap();
    new MutationObserver(() => {
      for (const message of document.querySelectorAll('.notifications-toasts .notification-list-item-message')) {
        if (said.get(message) === message.textContent) continue;
        said.set(message, message.textContent);
        window.notificationsSaid.push(message.textContent);
      }
    }).observe(document, { childList: true, characterData: true, subtree: true });
  }
`;

/** Notifications and dialogs. None of them are shown when VS Code runs tests in its extension host (see server.ts). */
export class Notifications {
  readonly #page: Page;
  readonly #runCommand: (title: string) => Promise<void>;

  constructor(page: Page, runCommand: (title: string) => Promise<void>) {
    this.#page = page;
    this.#runCommand = runCommand;
  }

  /** The notification that contains a text, be it a message or a progress, while it is shown. */
  toast(text: string | RegExp): Locator {
    return this.#page.locator('.notifications-toasts .notification-list-item', { hasText: text });
  }

  /** Waits until a notification has been shown, and returns its whole message. Each is found once. */
  async message(text: string | RegExp): Promise<string> {
    const pattern = typeof text === 'string' ? text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : text.source;
    const found = await this.#page.waitForFunction<string, string>((source) => {
      const { notificationsSaid: said } = globalThis as unknown as { notificationsSaid: string[] };
      const matches = said.filter((message) => new RegExp(source).test(message));
      for (const match of matches) said.splice(said.indexOf(match), 1);
      return matches.at(-1) ?? '';
    }, pattern);
    return found.jsonValue();
  }

  /** The button of a notification, in the list of all of them: there it stays. */
  async button(text: string | RegExp, name: string): Promise<Locator> {
    await this.#runCommand('Notifications: Show Notifications');
    const center = this.#page.locator('.notifications-center');
    const item = center.locator('.notification-list-item', { hasText: text });
    return item.getByRole('button', { name, exact: true });
  }

  /** Presses that button. */
  async press(text: string | RegExp, name: string): Promise<void> {
    await (await this.button(text, name)).click();
    await this.#page.keyboard.press('Escape');
  }

  /** Waits until a progress has been shown and is gone. */
  async gone(text: string): Promise<void> {
    await this.message(text);
    await this.toast(text).waitFor({ state: 'hidden' });
  }

  /** The modal dialog that is open. */
  get dialog(): Locator {
    return this.#page.locator('.monaco-dialog-box');
  }

  /** Presses a button of the modal dialog. */
  async answer(button: string): Promise<void> {
    await this.dialog.getByRole('button', { name: button, exact: true }).click();
    await this.dialog.waitFor({ state: 'hidden' });
  }
}

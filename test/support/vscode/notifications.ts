import type { Locator, Page } from 'playwright-core';

/** Notifications and dialogs. None of them are shown when VS Code runs tests in its extension host (see server.ts). */
export class Notifications {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** The notification that contains a text, be it a message or a progress. */
  toast(text: string | RegExp): Locator {
    return this.#page.locator('.notifications-toasts .notification-list-item', { hasText: text });
  }

  /** Waits for a notification and returns its whole message. */
  async message(text: string | RegExp, timeout = 90_000): Promise<string> {
    const message = this.toast(text).locator('.notification-list-item-message');
    await message.waitFor({ timeout });
    return (await message.textContent()) ?? '';
  }

  /** Presses a button of a notification. */
  async press(text: string | RegExp, button: string): Promise<void> {
    await this.toast(text).getByRole('button', { name: button, exact: true }).click();
  }

  async dismiss(text: string | RegExp): Promise<void> {
    const toast = this.toast(text);
    await toast.hover();
    await toast.locator('a.action-label[aria-label^="Clear Notification"]').click();
    await toast.waitFor({ state: 'hidden' });
  }

  /** Waits until a notification, such as a progress, has been shown and is gone. */
  async gone(text: string | RegExp, timeout = 60_000): Promise<void> {
    await this.toast(text).waitFor({ timeout });
    await this.toast(text).waitFor({ state: 'hidden', timeout });
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

import type { ElementHandle, Frame, Locator, Page } from 'playwright-core';

export interface Focus {
  readonly tag: string;
  readonly role: string | undefined;
  /** The label for screen readers or, without one, the text; empty where only the page as a whole has the focus. */
  readonly name: string;
}

/** Within shadow roots as well: menus of the web workbench are in one. */
const activeElement = `(() => {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element;
})()`;

/** For tests of what can be done without a mouse. */
export class Keyboard {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** Presses keys, one after the other, such as "Control+Shift+P". */
  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.#page.keyboard.press(key);
  }

  async type(text: string): Promise<void> {
    await this.#page.keyboard.type(text);
  }

  /** What has the focus, also within webviews. */
  async focused(): Promise<Focus> {
    const element = await this.#focusedElement();
    const [tag, role, label, text] = await Promise.all([
      element.evaluate((node) => node.nodeName.toLowerCase()),
      element.getAttribute('role'),
      element.getAttribute('aria-label'),
      element.textContent(),
    ]);
    const content = tag === 'body' ? '' : text?.trim();
    return { tag, role: role ?? undefined, name: label ?? content ?? '' };
  }

  /** Whether an element, which may be in a webview, has the focus. */
  async isFocused(target: Locator): Promise<boolean> {
    return target.evaluate((node) => node.ownerDocument.hasFocus() && node.ownerDocument.activeElement === node);
  }

  /** Presses a key until an element has the focus, and returns how often. */
  async moveTo(target: Locator, key = 'Tab', limit = 50): Promise<number> {
    for (let pressed = 0; pressed <= limit; pressed++) {
      if (await this.isFocused(target)) return pressed;
      await this.#page.keyboard.press(key);
    }
    const { tag, role, name } = await this.focused();
    throw new Error(`After ${limit} times ${key}, the focus is on ${role ?? tag} "${name}" instead of ${target}.`);
  }

  async #focusedElement(): Promise<ElementHandle> {
    let frame: Frame = this.#page.mainFrame();
    for (;;) {
      const handle = await frame.evaluateHandle(activeElement);
      const element = handle.asElement();
      if (element === null) throw new Error('Nothing has the focus.');
      const inner = await element.contentFrame();
      if (inner === null) return element;
      frame = inner;
    }
  }
}

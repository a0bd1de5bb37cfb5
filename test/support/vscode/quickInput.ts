import { errors, type Locator, type Page } from 'playwright-core';
import { settled } from './settled.ts';

/** The details of an item are labels as well, in its second row. */
const labelSelector = '.quick-input-list-row:first-child .label-name';

/** Milliseconds until the command palette counts as closed. */
const patience = 20_000;

/** The widget of the command palette, quick picks and input boxes. */
export class QuickInput {
  readonly #page: Page;
  /** The whole widget. */
  readonly widget: Locator;
  /** Where one types. */
  readonly input: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.widget = page.locator('.quick-input-widget');
    this.input = this.widget.locator('.quick-input-box input');
  }

  /** Runs a command from the command palette by its whole title, such as "View: Show Testing". */
  async runCommand(title: string): Promise<void> {
    await settled(this.#page);
    // A page that has just loaded takes the focus, and the palette is gone: then it is opened again.
    while (!(await this.#offers(title))) await this.#page.keyboard.press('Escape');
    await this.choose(title);
  }

  /** Opens the command palette; false where it has not come to offer the command. */
  async #offers(title: string): Promise<boolean> {
    await this.#page.keyboard.press('F1');
    try {
      await this.input.fill(`>${title}`, { timeout: patience });
      await this.item(title).waitFor({ timeout: patience });
      return true;
    } catch (error) {
      if (error instanceof errors.TimeoutError) return false;
      throw error;
    }
  }

  get title(): Locator {
    return this.widget.locator('.quick-input-title');
  }

  /** What is wrong with the input, or what it should be. */
  get message(): Locator {
    return this.widget.locator('.quick-input-message');
  }

  /** The row of an item, by its whole label. */
  item(label: string): Locator {
    const exact = new RegExp(`^\\s*${label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
    const name = this.#page.locator(labelSelector, { hasText: exact });
    return this.widget.locator('.quick-input-list .monaco-list-row').filter({ has: name }).first();
  }

  /** The labels of the items. */
  async items(): Promise<string[]> {
    await this.widget.locator('.quick-input-list .monaco-list-row').first().waitFor();
    return (await this.widget.locator(labelSelector).allTextContents()).map((label) => label.trim());
  }

  /** Clicks an item, by its whole label. Where several can be chosen it is toggled, and `accept` ends the choice. */
  async choose(label: string): Promise<void> {
    await this.item(label).waitFor();
    // Where the mouse rests on an item, its description lies over others.
    await this.#page.mouse.move(0, 0);
    await this.item(label).click();
  }

  /** Replaces what was typed into an input box, and accepts it. */
  async enter(text: string): Promise<void> {
    await this.#fillBox(text);
    await this.accept();
  }

  /** Types something into an input box that is refused, and waits until the reason is shown. */
  async enterRefused(text: string, reason: string): Promise<void> {
    await this.#fillBox(text);
    await this.input.press('Enter');
    await this.message.getByText(reason).waitFor();
  }

  /** Types into an input box, once it has taken the place of a list, in which one types into the same element. */
  async #fillBox(text: string): Promise<void> {
    await this.message.waitFor();
    await this.widget.locator('.quick-input-list').waitFor({ state: 'hidden' });
    await this.input.fill(text);
  }

  /**
   * Accepts what is typed, and waits until the box is gone or asks for something else: it may ask the extension whether
   * that is right, and until it knows, another answer would still go to the same question.
   */
  async accept(): Promise<void> {
    const input = await this.input.elementHandle();
    const typed = await this.input.inputValue();
    await this.input.press('Enter');
    await this.#page.waitForFunction(
      ([box, text]) => {
        const { offsetParent, value } = box as unknown as { offsetParent: unknown; value: string };
        return offsetParent === null || value !== text;
      },
      [input, typed] as const,
    );
  }

  /** Goes back to the question before. */
  async back(): Promise<void> {
    await this.widget.getByRole('button', { name: /^Back/ }).click();
  }

  async cancel(): Promise<void> {
    await this.input.press('Escape');
    await this.widget.waitFor({ state: 'hidden' });
  }
}

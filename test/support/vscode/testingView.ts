import type { Locator, Page } from 'playwright-core';
import { chooseFromMenu } from './menu.ts';
import { clickViewAction, openView } from './views.ts';

const states = ['Not yet run', 'Queued', 'Running', 'Passed', 'Failed', 'Errored', 'Skipped'] as const;

export type TestState = (typeof states)[number];

export interface TestRow {
  readonly label: string;
  /** Undefined where VS Code states none. */
  readonly state: TestState | undefined;
  /** 1 for the roots. */
  readonly level: number;
  /** Undefined for a test without children. */
  readonly isExpanded: boolean | undefined;
}

const rowSelector = '.test-explorer .monaco-list-row';
const labelPattern = new RegExp(String.raw`^(.*) \((${states.join('|')})\)`, 's');

/** The Test Explorer. Of a list that is longer than the window, only the rows that are in view exist. */
export class TestingView {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  open(): Promise<void> {
    return openView(this.#page, 'Testing');
  }

  /** Tests in the order in which they are listed, without those below what is collapsed. */
  async rows(): Promise<TestRow[]> {
    const rows = this.#page.locator(rowSelector);
    const found: TestRow[] = [];
    for (const row of await rows.all()) {
      const [label, level, expanded] = await Promise.all(
        ['aria-label', 'aria-level', 'aria-expanded'].map((name) => row.getAttribute(name)),
      );
      const match = labelPattern.exec(label ?? '');
      found.push({
        label: match?.[1] ?? label ?? '',
        state: match?.[2] as TestState | undefined,
        level: Number(level),
        isExpanded: expanded === null || expanded === undefined ? undefined : expanded === 'true',
      });
    }
    return found;
  }

  /** The row of a test, by its whole label, and in a certain state if one is given. */
  row(label: string, state?: TestState): Locator {
    const attribute = `[aria-label^=${JSON.stringify(`${label} (${state === undefined ? '' : `${state})`}`)}]`;
    return this.#page.locator(`${rowSelector}${attribute}`);
  }

  /** Waits until a test that is listed is in a state. */
  async waitFor(label: string, state?: TestState, timeout = 60_000): Promise<void> {
    await this.row(label, state).waitFor({ timeout });
  }

  async expand(label: string): Promise<void> {
    const row = this.row(label);
    if ((await row.getAttribute('aria-expanded')) !== 'false') return;
    await row.locator('.monaco-tl-twistie').click();
    await this.#page.locator(`${rowSelector}[aria-expanded="true"]`).and(row).waitFor();
  }

  /** Expands all there is, level by level, so that every test is listed. */
  async expandAll(): Promise<void> {
    await this.#page.locator(rowSelector).first().waitFor();
    for (;;) {
      const collapsed = (await this.rows()).find((row) => row.isExpanded === false);
      if (collapsed === undefined) return;
      await this.expand(collapsed.label);
    }
  }

  /** Runs all tests by the action in the title of the view. */
  runAll(): Promise<void> {
    return clickViewAction(this.#page, 'Run Tests');
  }

  /** Clicks the action in a row that runs the test. */
  async run(label: string): Promise<void> {
    const row = this.row(label);
    // Actions are only there while the pointer is on the row.
    await row.hover();
    await row.locator('a.action-label[aria-label^="Run Test"]').click();
  }

  /** Chooses from the context menu of a test; more than one label leads through submenus. */
  async choose(label: string, ...items: readonly string[]): Promise<void> {
    await this.row(label).click({ button: 'right' });
    await chooseFromMenu(this.#page, ...items);
  }
}

import type { Locator, Page } from 'playwright-core';
import { chooseFromMenu } from './menu.ts';
import { clickViewAction, openView } from './views.ts';

/**
 * States by the icons that show them. The labels of the rows state them as well, but VS Code does not bring those up to
 * date while a run lasts: tests that are queued or running keep the label of the run before.
 */
const icons = {
  'Not yet run': 'codicon-testing-unset-icon',
  Queued: 'codicon-testing-queued-icon',
  Running: 'codicon-loading',
  Passed: 'codicon-testing-passed-icon',
  Failed: 'codicon-testing-failed-icon',
  Errored: 'codicon-testing-error-icon',
  Skipped: 'codicon-testing-skipped-icon',
} as const;

export type TestState = keyof typeof icons;

export interface TestRow {
  readonly label: string;
  /** What the row says of the last result: "76.4% ≥ 70%". */
  readonly figure: string | undefined;
  /** Undefined where VS Code states none. */
  readonly state: TestState | undefined;
  /** 1 for the roots. */
  readonly level: number;
  /** Undefined for a test without children. */
  readonly isExpanded: boolean | undefined;
}

const rowSelector = '.test-explorer .monaco-list-row';
/** The name of a test, the figure of its last result, and its state. */
const labelPattern = new RegExp(
  String.raw`^(?<name>.*?)(?:: (?<figure>[\d∞][^:]*))? \((?:${Object.keys(icons).join('|')})\)`,
  's',
);

/** The keys on the lines of the editor that have an icon of a test in the gutter, from top to bottom, in the page. */
const gutterKeys = `() => {
  const topOf = (element) => Math.round(element.getBoundingClientRect().top);
  const icons = new Set([...document.querySelectorAll('.testing-run-glyph')].map(topOf));
  const lines = [...document.querySelectorAll('.view-line')].filter((line) => icons.has(topOf(line)));
  const texts = lines.sort((a, b) => topOf(a) - topOf(b)).map((line) => line.textContent.replaceAll('\\u00a0', ' '));
  return texts.map((text) => /"([^"]*)":/.exec(text)?.[1] ?? text);
}`;

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
    // All at once, since rows come and go while tests are found.
    const rows = await this.#page.locator(rowSelector).evaluateAll((elements) =>
      elements.map((element) => ({
        label: element.getAttribute('aria-label') ?? '',
        icon: element.querySelector('.computed-state')?.className ?? '',
        level: element.getAttribute('aria-level'),
        expanded: element.getAttribute('aria-expanded'),
      })),
    );
    return rows.map(({ label, icon, level, expanded }) => ({
      label: labelPattern.exec(label)?.groups?.name ?? label,
      figure: labelPattern.exec(label)?.groups?.figure,
      state: (Object.keys(icons) as TestState[]).find((state) => icon.includes(icons[state])),
      level: Number(level),
      isExpanded: expanded === null ? undefined : expanded === 'true',
    }));
  }

  /** The row of a test, by its whole name, and in a certain state if one is given. */
  row(label: string, state?: TestState): Locator {
    // The figure of the last result may come after the name.
    const names = [`${label} (`, `${label}: `].map((start) => `${rowSelector}[aria-label^=${JSON.stringify(start)}]`);
    const row = this.#page.locator(names.join(', '));
    if (state === undefined) return row;
    return row.filter({ has: this.#page.locator(`.computed-state.${icons[state]}`) });
  }

  /** Waits until a test is listed in a state. What an earlier run has shown counts until the new one has begun. */
  async waitFor(label: string, state?: TestState): Promise<void> {
    await this.row(label, state).waitFor();
  }

  /** Waits until the row of a test says a figure. */
  async figure(label: string, figure: RegExp): Promise<void> {
    const name = label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    const text = new RegExp(`^${name}: ${figure.source.replace(/^\^|\$$/g, '')}`);
    await this.row(label).filter({ hasText: text }).waitFor();
  }

  /** Shows only the tests that match, such as those with a tag: "@perturb:norm:l2". */
  async filter(text: string): Promise<void> {
    await this.#page.locator('.testing-filter-action-item .monaco-editor').click();
    await this.#page.keyboard.press('Control+a');
    await this.#page.keyboard.press('Delete');
    await this.#page.keyboard.type(text);
    await this.#page.keyboard.press('Escape');
  }

  /** Waits until these are the keys on the first lines of the editor that have an icon in the gutter. */
  async gutter(keys: readonly string[]): Promise<void> {
    await this.#page.waitForFunction(
      `(${gutterKeys})().slice(0, ${keys.length}).join('\\n') === ${JSON.stringify(keys.join('\n'))}`,
    );
  }

  /** Waits until no test is queued or running. */
  async allEnded(): Promise<void> {
    const going = (['Queued', 'Running'] as const).map((state) => `${rowSelector} .${icons[state]}`);
    await this.#page.waitForFunction(`document.querySelector(${JSON.stringify(going.join(', '))}) === null`);
  }

  /** Runs a test with a profile. */
  async runUsing(label: string, profile: string): Promise<void> {
    await this.choose(label, 'Execute Using Profile...');
    const item = this.#page.locator('.quick-input-list .monaco-list-row', { hasText: profile });
    await item.first().click();
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
  run(label: string): Promise<void> {
    return this.clickAction(label, 'Run Test');
  }

  /**
   * Clicks an action in a row, by how its label begins. Not with the pointer: actions are visible only while it is on the
   * row, and a row that is drawn anew, as all are while tests run, loses it.
   */
  async clickAction(label: string, action: string): Promise<void> {
    await this.row(label)
      .locator(`a.action-label[aria-label^=${JSON.stringify(action)}]`)
      .dispatchEvent('click');
  }

  /** Chooses from the context menu of a test; more than one label leads through submenus. */
  async choose(label: string, ...items: readonly string[]): Promise<void> {
    await this.row(label).click({ button: 'right' });
    await chooseFromMenu(this.#page, ...items);
  }
}

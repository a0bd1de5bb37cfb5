import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { ToWebview } from '../../src/page/protocol.ts';
import { withoutExamples, withoutSteps } from '../../src/page/shownTest.ts';
import type { ExampleReport, TestReport } from '../../src/reports/report.ts';
import { drawn } from './support/canvas.ts';
import { text } from './support/text.ts';
import { type Shown, usePage } from './support/usePage.ts';

const tell = (page: Page, message: ToWebview) => page.evaluate(`window.postMessage(${JSON.stringify(message)}, '*')`);

const tiles = (page: Page) => page.locator('[role=option]');

/** Marks an element, to know later whether it is still the same one. */
const mark = (page: Page, selector: string) =>
  page
    .locator(selector)
    .first()
    .evaluate((element) => element.setAttribute('data-mark', ''));

describe('the perturbation view while a test runs', () => {
  const fixture = usePage();
  let shown: Shown;
  /** What is known before the test has ended. */
  let known: TestReport;
  before(async () => {
    shown = await fixture.read('I-FGSM curve');
    known = {
      ...shown.report,
      message: '',
      comparisons: [],
      rounds: [],
      pictures: [],
      findings: [],
      status: 'errored',
    };
  });
  const attacking = (done: number) => ({ phase: 'attacking', done, total: shown.examples.length }) as const;
  const start = (examples: readonly ExampleReport[]) => ({
    report: known,
    examples,
    progress: attacking(examples.length),
  });
  const update = (finished: readonly ExampleReport[], done: number): ToWebview => ({
    type: 'update',
    test: withoutExamples({ report: known, progress: attacking(done) }),
    finished: finished.map(withoutSteps),
  });

  it('begins with some examples, and counts all once the rest is there', async () => {
    const { examples } = shown;
    const beginning = { ...shown, examples: examples.slice(0, 3), isBeginning: true } as const;
    const page = await fixture.open(beginning);
    assert.equal(await tiles(page).count(), 3);
    assert.equal(await page.locator('.charts svg, .charts canvas').count(), 0, 'no chart of a part');
    await tell(page, { type: 'rest', examples: examples.slice(3).map(withoutSteps) });
    await page.locator(`[role=option][aria-setsize="${examples.length}"]`).first().waitFor();
    const opened = await fixture.open(shown);
    const file = (of: Page) => of.locator('.file').textContent();
    assert.equal(await file(page), await file(opened), 'it shows what it opens on with all of them');
    assert.equal(await text(page.locator('.filters')), await text(opened.locator('.filters')));
  });

  it('says how far it is, and shows examples as they finish', async () => {
    const page = await fixture.open(start([]));
    assert.match(await text(page.locator('.verdict')), /Running/);
    assert.equal(await text(page.locator('main:visible')), 'No example has finished yet.');
    await tell(page, update(shown.examples.slice(0, 3), 3));
    await drawn(page);
    assert.equal(await tiles(page).count(), 3);
    assert.equal(await text(page.locator('.message')), `Attacked 3 of ${shown.examples.length}`);
    await mark(page, '[role=option]');
    await tell(page, update(shown.examples.slice(3, 5), 5));
    await page.locator('[role=option][aria-setsize="5"]').first().waitFor();
    assert.equal(await page.locator('[role=option][data-mark]').count(), 1, 'a tile stays as it is');
  });

  it('moves to the first example that is fooled, and from there on leaves the selection alone', async () => {
    const held = shown.examples.filter(({ status }) => status === 'held').slice(0, 2);
    const fooled = shown.examples.filter(({ status }) => status === 'fooled').slice(0, 3);
    const page = await fixture.open(start(held));
    const outcome = page.locator('.example h2 span').first();
    assert.equal(await text(outcome), 'Held');
    await tell(page, update(fooled.slice(1, 2), 3));
    await page.locator('.example h2', { hasText: 'Fooled' }).waitFor();
    const name = await page.locator('.file').textContent();
    await tell(page, update([fooled[0] as ExampleReport, fooled[2] as ExampleReport], 5));
    await page.locator('[role=option][aria-setsize="5"]').first().waitFor();
    assert.equal(await page.locator('.file').textContent(), name);
  });

  it('ends with the report, and with everything still in its place', async () => {
    const page = await fixture.open(start(shown.examples.slice(0, -1)));
    await page.getByRole('combobox', { name: 'Sort by' }).selectOption('Smallest distance first');
    await tiles(page).nth(3).click();
    await mark(page, '[role=option][aria-selected=true]');
    await tell(page, {
      type: 'update',
      test: withoutExamples({ report: shown.report, progress: undefined }),
      finished: shown.examples.slice(-1).map(withoutSteps),
    });
    await page.locator('.verdict', { hasText: 'Failed' }).waitFor();
    assert.equal(await text(page.locator('.message')), shown.report.message);
    assert.equal(await page.getByRole('progressbar').count(), 0);
    assert.equal(await page.locator('[data-mark][aria-selected=true]').count(), 1);
    await page.locator('.charts .uplot').nth(1).waitFor();
    await tell(page, { type: 'steps', example: 0, steps: [] });
    assert.match(await text(page.locator('[aria-live]')), /^Failed: /);
  });

  it('keeps what had finished of a run that was canceled, and says so', async () => {
    const page = await fixture.open(start(shown.examples.slice(0, 4)));
    await tell(page, {
      type: 'update',
      test: withoutExamples({ report: known, progress: { phase: 'canceled' } }),
      finished: [],
    });
    await page.locator('.verdict', { hasText: 'Canceled' }).waitFor();
    assert.equal(await tiles(page).count(), 4);
  });

  it('offers other runs, and shows the chosen one with the same filters', async () => {
    const page = await fixture.open(shown);
    assert.equal(await page.getByRole('combobox', { name: 'Run' }).count(), 0, 'one run is no choice');
    const older = `${fixture.folder}-before`;
    await tell(page, {
      type: 'runs',
      runs: [
        { folder: fixture.folder, started: 'Nov 23, 2025, 1:00 PM', status: 'failed', figure: 0.097 },
        { folder: older, started: 'Nov 22, 2025, 5:55 PM', status: 'passed', figure: 0.611 },
      ],
      twins: [],
    });
    const menu = page.getByRole('combobox', { name: 'Run' });
    assert.deepEqual(await menu.locator('option').allInnerTexts(), [
      'Latest: Nov 23, 2025, 1:00 PM · Failed · 9.7%',
      'Nov 22, 2025, 5:55 PM · Passed · 61.1%',
    ]);
    await menu.selectOption({ index: 1 });
    const posted = await page.evaluate<{ type: string; folder?: string }[]>('window.posted');
    assert.deepEqual(posted.at(-1), { type: 'showRun', folder: older });
    await page.getByRole('radio', { name: /Held/ }).check({ force: true });
    const selected = await page.locator('.file').textContent();
    await page.evaluate(`fetch('/show.json').then((answer) => answer.json()).then((show) =>
      window.postMessage({ ...show, location: { ...show.location, folder: ${JSON.stringify(older)} } }, '*'))`);
    await page.locator('.run-menu option:checked', { hasText: 'Passed' }).waitFor({ state: 'attached' });
    assert.ok(await page.getByRole('radio', { name: /Held/ }).isChecked());
    assert.equal(await page.locator('.file').textContent(), selected);
  });
});

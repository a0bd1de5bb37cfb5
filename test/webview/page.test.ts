import assert from 'node:assert/strict';
import type { Locator, Page } from 'playwright-core';
import type { ExampleReport } from '../../src/reports/report.ts';
import { drawn } from './support/canvas.ts';
import { text } from './support/text.ts';
import { type Shown, usePage } from './support/usePage.ts';

const curve = 'I-FGSM curve';

/** Chooses a radio button, which its label covers. */
const choose = (page: Page, name: RegExp) => page.getByRole('radio', { name }).check({ force: true });

const selectedTile = (page: Page) => page.locator('[role=option][aria-selected=true]');

/** What a screen reader says of an example. */
const nameOf = (tile: Locator) => tile.locator('.hidden').textContent();

const tileCount = async (page: Page) =>
  Number(await page.locator('[role=option]').first().getAttribute('aria-setsize'));

const firstTile = (page: Page) => nameOf(page.locator('[role=option][aria-posinset="1"]'));

/** The same examples over and over, as one test. */
function repeat({ report, examples }: Shown, count: number): Shown {
  return {
    report,
    examples: Array.from({ length: count }, (_, index) => ({
      ...(examples[index % examples.length] as ExampleReport),
      index,
    })),
  };
}

describe('the page of the perturbation view', () => {
  const fixture = usePage();
  let shown: Shown;
  before(async () => {
    shown = await fixture.read(curve);
  });

  const count = (keep: (example: ExampleReport) => boolean) => shown.examples.filter(keep).length;

  it('names the test, its verdict, and what was expected and measured', async () => {
    const page = await fixture.open(shown);
    assert.equal(await text(page.getByRole('heading', { level: 1 })), curve);
    assert.match(await text(page.locator('.verdict')), /Failed/);
    assert.equal(await text(page.locator('.message')), shown.report.message);
    await page.locator('.details summary').click();
    const details = await text(page.locator('.details'));
    for (const words of [
      'ONNX Runtime',
      shown.report.model.path,
      shown.report.model.sha256?.slice(0, 12) ?? '',
      'steps 10',
    ]) {
      assert.ok(details.includes(words), `${words} is missing in ${details}`);
    }
  });

  it('shows every example of every budget, and counts them by outcome', async () => {
    const page = await fixture.open(shown);
    assert.equal(await tileCount(page), shown.examples.length);
    const outcomes = await text(page.getByRole('radiogroup', { name: 'Filter by outcome' }));
    for (const [name, number] of [
      ['All', shown.examples.length],
      ['Fooled', count(({ status }) => status === 'fooled')],
      ['Held', count(({ status }) => status === 'held')],
    ]) {
      assert.match(outcomes, new RegExp(`${name}\\s*${number}\\b`));
    }
  });

  it('filters by outcome, label and budget together', async () => {
    const page = await fixture.open(shown);
    await choose(page, /Fooled/);
    assert.equal(
      await tileCount(page),
      count(({ status }) => status === 'fooled'),
    );
    await page.getByRole('combobox', { name: 'Budget' }).selectOption({ index: 4 });
    const epsilon = shown.report.attack.epsilons[2];
    assert.equal(
      await tileCount(page),
      count((one) => one.status === 'fooled' && one.epsilon === epsilon),
    );
    await page.getByRole('combobox', { name: 'Label' }).selectOption(await labelOption(page, 'stop'));
    const left = count((one) => one.status === 'fooled' && one.epsilon === epsilon && one.label === 'stop');
    assert.equal(await page.locator('[role=option]').count(), left);
  });

  it('offers to show all where the filters leave nothing', async () => {
    const held = { ...shown, examples: shown.examples.filter(({ status }) => status === 'held') };
    const page = await fixture.open(held);
    await choose(page, /Fooled/);
    assert.match(await text(page.locator('.empty')), /No example matches/);
    await page.getByRole('button', { name: 'Show all examples' }).click();
    assert.equal(await tileCount(page), held.examples.length);
  });

  it('sorts by distance and by confidence', async () => {
    const page = await fixture.open(shown);
    await page.getByRole('combobox', { name: 'Sort by' }).selectOption('Smallest distance first');
    const fooled = shown.examples.filter(({ status }) => status === 'fooled');
    const nearest = Math.min(...fooled.map(({ norms }) => norms?.linf ?? Infinity));
    assert.match((await firstTile(page)) ?? '', new RegExp(`distance ${Math.round(255 * nearest)}/255`));
    await page.getByRole('combobox', { name: 'Sort by' }).selectOption('Least confident first');
    const least = Math.min(...shown.examples.map(({ adversarial, clean }) => (adversarial ?? clean).confidence ?? 0));
    assert.match((await firstTile(page)) ?? '', new RegExp(`${(100 * least).toFixed(0)}%`));
  });

  it('describes every example in words', async () => {
    const page = await fixture.open(shown);
    await choose(page, /Fooled/);
    assert.match(
      (await nameOf(page.locator('[role=option]').first())) ?? '',
      /^[\w-]+ predicted as [\w-]+, \d+(\.\d)?%, distance \d+\/255, budget \d+\/255$/,
    );
  });

  it('moves through the gallery by the keyboard and says where it is', async () => {
    const page = await fixture.open(shown, { width: 1280 });
    const place = async () => Number(await selectedTile(page).getAttribute('aria-posinset'));
    await selectedTile(page).focus();
    for (const [key, expected] of [
      ['Home', 1],
      ['ArrowRight', 2],
      ['ArrowDown', 4],
      ['ArrowLeft', 3],
      ['ArrowUp', 1],
      ['End', shown.examples.length],
      ['ArrowRight', shown.examples.length],
      ['Home', 1],
    ] as const) {
      await page.keyboard.press(key);
      assert.equal(await place(), expected, key);
      assert.ok(await selectedTile(page).evaluate((tile) => tile.matches(':focus')), `${key} keeps the focus`);
    }
    await page.keyboard.press('PageDown');
    assert.ok((await place()) > 3);
    assert.match(await text(page.locator('[aria-live]')), /^Example \d+ of \d+: /);
    await page.keyboard.press('Enter');
    assert.ok(await page.locator('.stage').evaluate((stage) => stage.matches(':focus')));
    await page.keyboard.press('Escape');
    assert.ok(await selectedTile(page).evaluate((tile) => tile.matches(':focus')));
  });

  it('opens on an example that was fooled at the budget where the test fails', async () => {
    const page = await fixture.open(shown);
    const { epsilon } = shown.report.comparisons.find(({ result }) => result === 'missed') ?? {};
    assert.match(
      (await nameOf(selectedTile(page))) ?? '',
      new RegExp(`predicted as .* budget ${Math.round(255 * (epsilon ?? 0))}/255$`),
    );
    assert.equal(await text(page.locator('.example h2 span').first()), 'Fooled');
  });

  it('finds examples by name', async () => {
    const page = await fixture.open(shown);
    await page.getByRole('searchbox', { name: 'Search by name' }).fill('Yield/0');
    assert.equal(
      await tileCount(page),
      count(({ image }) => /yield.0[^/\\]*$/.test(image)),
    );
    await page.getByRole('searchbox').fill('nothing like it');
    await page.getByRole('button', { name: 'Show all examples' }).click();
    assert.equal(await page.getByRole('searchbox').inputValue(), '');
    assert.equal(await tileCount(page), shown.examples.length);
  });

  it('shows each image once, and what became of it at every budget', async () => {
    const page = await fixture.open(shown);
    await page.getByRole('combobox', { name: 'Budget' }).selectOption('Each image once');
    const images = new Set(shown.examples.map(({ index }) => index)).size;
    assert.equal(await tileCount(page), images);
    const strip = page.getByRole('group', { name: 'Budgets' }).getByRole('button');
    assert.equal(await strip.count(), shown.report.attack.epsilons.length);
    assert.equal(await strip.last().getAttribute('aria-pressed'), 'true');
    await strip.first().click();
    assert.equal(await strip.first().getAttribute('aria-pressed'), 'true');
    const { index } = shown.examples[0] as ExampleReport;
    assert.equal(index, 0);
    assert.equal(await text(page.locator('.example h2 span').first()), 'Held');
    assert.equal(await tileCount(page), images);
  });

  it('restores selection, filters, order, mode and zoom after it is loaded anew', async () => {
    const page = await fixture.open(shown);
    await choose(page, /Fooled/);
    await page.getByRole('combobox', { name: 'Sort by' }).selectOption('Smallest distance first');
    await choose(page, /Difference/);
    await page.locator('[role=option]').nth(2).click();
    await page.locator('.stage').focus();
    await page.keyboard.press('+');
    const look = async () => ({
      selected: await nameOf(selectedTile(page)),
      order: await page.getByRole('combobox', { name: 'Sort by' }).inputValue(),
      count: await tileCount(page),
      mode: await page.getByRole('radio', { name: 'Difference' }).isChecked(),
      scale: await text(page.locator('.scale')),
    });
    await drawn(page);
    const before = await look();
    await page.reload();
    await drawn(page);
    assert.deepEqual(await look(), before);
    const state = JSON.parse((await page.evaluate<string>('sessionStorage.getItem("state")')) ?? '');
    assert.deepEqual(state.location, { folder: fixture.folder, test: shown.report.id });
  });

  it('shows the example that it was asked for', async () => {
    const place = shown.examples.findIndex(({ status }) => status === 'fooled');
    const page = await fixture.open(shown, { selected: place });
    const { label, adversarial } = shown.examples[place] as ExampleReport;
    assert.match((await nameOf(selectedTile(page))) ?? '', new RegExp(`^${label} predicted as ${adversarial?.class}`));
  });

  it('shows another example when it is asked again', async () => {
    const page = await fixture.open(shown, { selected: 0 });
    await choose(page, /Flicker/);
    await choose(page, /Held/);
    const place = shown.examples.findLastIndex(({ status }) => status === 'fooled');
    await page.evaluate(`fetch('/show.json').then((answer) => answer.json())
      .then((show) => window.postMessage({ ...show, selected: ${place} }, '*'))`);
    await page.locator('.example h2', { hasText: 'Fooled' }).waitFor();
    assert.ok(await page.getByRole('radio', { name: 'Flicker' }).isChecked());
    assert.equal(await tileCount(page), shown.examples.length);
    await page.locator('.stage').focus();
    await page.keyboard.press('?');
    assert.equal(await page.getByRole('dialog').count(), 1);
  });

  it('draws the security curve and the histogram, with their figures as tables', async () => {
    const page = await fixture.open(shown);
    // They are drawn when their width is known.
    await page.locator('.charts .uplot').nth(1).waitFor();
    assert.equal(await page.locator('.charts .uplot').count(), 2);
    for (const summary of await page.locator('.charts summary').all()) await summary.click();
    const [figures = '', histogram = ''] = await page.locator('.charts table').allInnerTexts();
    for (const { epsilon = 0, metrics } of shown.report.rounds) {
      assert.ok(
        figures.includes(`${Math.round(255 * epsilon)}/255\t${(100 * (metrics.robustAccuracy ?? 0)).toFixed(1)}%`),
      );
    }
    const last = shown.report.attack.epsilons.at(-1);
    const total = histogram
      .split('\n')
      .slice(1)
      .reduce((sum, row) => sum + Number(row.split('\t')[1]), 0);
    assert.equal(
      total,
      count((one) => one.status === 'fooled' && one.epsilon === last),
    );
  });

  it('shows which classes become which, and filters by a cell', async () => {
    const page = await fixture.open(shown);
    const last = shown.report.attack.epsilons.at(-1);
    const { clean, adversarial } = shown.examples.find(
      (one) => one.status === 'fooled' && one.epsilon === last,
    ) as ExampleReport;
    const moved = count(
      (one) => one.epsilon === last && one.clean.class === clean.class && one.adversarial?.class === adversarial?.class,
    );
    const change = `${clean.class} → ${adversarial?.class}`;
    const cell = page.getByRole('button', { name: `${change}, ${moved}`, exact: true });
    await cell.click();
    assert.equal(await tileCount(page), moved);
    await page.getByRole('button', { name: change, exact: true }).click();
    assert.equal(
      await tileCount(page),
      count((one) => one.epsilon === last),
    );
  });

  it('has the most probable classes before and after', async () => {
    const place = shown.examples.findIndex(({ status }) => status === 'fooled');
    const page = await fixture.open(shown, { selected: place });
    const { clean, adversarial } = shown.examples[place] as ExampleReport;
    const table = await text(page.locator('.top-classes'));
    assert.match(table, new RegExp(`^Top classes\\tBefore\\tAfter\\s+${adversarial?.class}\\t`));
    assert.ok(table.includes(`\n${clean.class}\t`), table);
  });

  it('asks the extension for what only it can do', async () => {
    const page = await fixture.open(shown);
    await page.getByRole('button', { name: 'Open Settings' }).click();
    await page.getByRole('button', { name: 'Export Report…' }).click();
    await page.getByRole('button', { name: 'Copy as settings entry' }).click();
    await page.getByRole('button', { name: 'Reveal original image' }).click();
    const posted = await page.evaluate<{ type: string; example?: number }[]>('window.posted');
    assert.deepEqual(
      posted.map(({ type }) => type),
      ['ready', 'openSettings', 'exportReport', 'copySettings', 'revealImage'],
    );
    const example = shown.examples[posted[3]?.example ?? -1];
    assert.equal(example?.status, 'fooled');
  });

  it('shows an error of the extension in words', async () => {
    const page = await fixture.open(shown);
    await page.evaluate('window.postMessage({ type: "error", message: "The run is gone. Run the test again." }, "*")');
    assert.equal(await text(page.getByRole('alert')), 'The run is gone. Run the test again.');
  });

  it('explains the keys', async () => {
    const page = await fixture.open(shown);
    await page.locator('.stage').focus();
    await page.keyboard.press('?');
    assert.match(await text(page.getByRole('dialog')), /Keyboard shortcuts/);
    await page.keyboard.press('Escape');
    assert.equal(await page.getByRole('dialog').count(), 0);
  });

  it('scrolls through 5,000 examples without a row left out', async () => {
    const page = await fixture.open(repeat(shown, 5000));
    const { missing, longest } = await page.evaluate<{ missing: number; longest: number }>(`(async () => {
      const list = document.querySelector('.tiles');
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const box = list.getBoundingClientRect();
      let [missing, longest] = [0, 0];
      for (let step = 0; step <= 60; step++) {
        list.scrollTop = (step / 60) * (list.scrollHeight - list.clientHeight);
        const start = performance.now();
        await frame();
        longest = Math.max(longest, performance.now() - start);
        // The middle of every row in sight: rows are 156 pixels high, below a margin of 4.
        for (let y = box.top + 82 - (list.scrollTop % 156); y < box.bottom; y += 156) {
          if (y > box.top && !document.elementFromPoint(box.left + 60, y)?.closest('.tile')) missing++;
        }
      }
      return { missing, longest };
    })()`);
    console.log(`      longest wait for a frame ${longest.toFixed(0)} ms`);
    assert.equal(missing, 0);
  });

  it('stays small and quick with 10,000 examples', async () => {
    const page = await fixture.open(repeat(shown, 10_000));
    assert.equal(await tileCount(page), 10_000);
    console.log(
      `      first paint ${(await page.evaluate<number>('window.paintedIn')).toFixed(0)} ms after the examples`,
    );
    const nodes = () => page.evaluate<number>('document.querySelectorAll("*").length');
    const few = await nodes();
    assert.ok(few < 1500, `${few} elements`);
    await selectedTile(page).focus();
    await page.keyboard.press('End');
    assert.equal(await selectedTile(page).getAttribute('aria-posinset'), '10000');
    for (let i = 0; i < 20; i++) await page.keyboard.press('PageUp');
    assert.ok((await nodes()) < 1500);
    await choose(page, /Fooled/);
    assert.ok((await tileCount(page)) > 1000);
  });
});

/** The text of the option for a label, which ends in a count. */
async function labelOption(page: Page, label: string): Promise<string> {
  const options = await page.getByRole('combobox', { name: 'Label' }).locator('option').allInnerTexts();
  return options.find((text) => text.startsWith(`${label} (`)) ?? '';
}

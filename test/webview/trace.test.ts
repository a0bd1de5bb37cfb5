import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { ExampleReport } from '../../src/reports/report.ts';
import { filePixels, shownPixels } from './support/canvas.ts';
import { text } from './support/text.ts';
import { type Shown, usePage } from './support/usePage.ts';

const size = 32;
const pixels = (page: Page, pane: number) => shownPixels(page, pane, size, size);
const slider = (page: Page) => page.locator('.player input[type=range]');
/** Lets time pass only as a test says. */
async function freeze(page: Page): Promise<void> {
  await page.clock.install({ time: 0 });
  await page.clock.pauseAt(1000);
}

const words = (page: Page) => text(page.locator('.player-words'));

describe('the trace of an attack in the perturbation view', () => {
  const fixture = usePage();
  let explained: Shown;
  let recorded: Shown;
  let forged: Shown;
  before(async () => {
    [explained, recorded, forged] = (await Promise.all(['explained', 'recorded', 'forged'].map(fixture.read))) as [
      Shown,
      Shown,
      Shown,
    ];
  });

  /** Opens a page at an example with a trace, once that is there. */
  async function open(shown: Shown, options = {}): Promise<{ page: Page; example: ExampleReport; place: number }> {
    const place = shown.examples.findIndex(({ trace, status }) => trace && status === 'fooled');
    const page = await fixture.open(shown, { selected: place, height: 1100, ...options });
    await page.locator('.trace .uplot').waitFor();
    return { page, example: shown.examples[place] as ExampleReport, place };
  }

  /** The image of a step, as the contact sheet has it. */
  async function frame({ trace }: ExampleReport, at: (at: number) => boolean): Promise<number[][]> {
    assert.ok(trace);
    const number = trace.steps.findIndex((step) => at(step.at));
    assert.ok(number >= 0);
    const sheet = await filePixels(fixture.folder, trace.image);
    const [left, top] = [size * (number % trace.columns), size * Math.floor(number / trace.columns)];
    return Array.from(
      { length: size * size },
      (_, i) => sheet[(top + Math.floor(i / size)) * size * trace.columns + left + (i % size)] as number[],
    );
  }

  const near = (a: number) => (b: number) => Math.abs(a - b) < 1e-6;

  it('draws the logits along ε · sign(∇), with their figures as a table', async () => {
    const { page, example } = await open(explained);
    assert.match(
      (await page.locator('.trace .plot').getAttribute('aria-label')) ?? '',
      /^Logits along the sign of the gradient\. Prediction: .*−16\/255/,
    );
    await page.locator('.trace summary', { hasText: 'Data table' }).click();
    const rows = (await text(page.locator('.trace-table table'))).split('\n');
    assert.equal(rows.length, 1 + 41);
    assert.match(rows[0] ?? '', new RegExp(`^ε\tPrediction\tL∞\t${example.label}\t`));
    assert.match(rows[21] ?? '', new RegExp(`^0\t${example.clean.class} `));
    const colors = await page.locator('.trace canvas').evaluate((canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const seen = new Set<string>();
      for (let i = 0; i < data.length; i += 4)
        if (data[i + 3] === 255) seen.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
      return [...seen];
    });
    // The dark theme's blue and orange: the label's line and the next.
    for (const color of ['55,148,255', '209,134,22']) assert.ok(colors.includes(color), color);
    assert.ok((await page.locator('.reign').count()) >= 2);
  });

  it('shows the image at the ε that the keyboard moves to', async () => {
    const { page, example } = await open(explained);
    assert.match(await words(page), /^At ε = \+16\/255: /);
    assert.deepEqual(await pixels(page, 2), await frame(example, near(16 / 255)));
    await slider(page).focus();
    await page.keyboard.press('Home');
    assert.match(await words(page), /^At ε = −16\/255: /);
    assert.deepEqual(await pixels(page, 2), await frame(example, near(-16 / 255)));
    for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowRight');
    assert.match(await words(page), new RegExp(`^At ε = 0: ${example.clean.class} `));
    assert.deepEqual(await pixels(page, 2), await pixels(page, 0));
    assert.match(await text(page.locator('.pane:visible figcaption').last()), /^At ε = 0/);
  });

  it('shows the image at the ε that the mouse is at', async () => {
    const { page, example } = await open(explained);
    const box = await page.locator('.trace-over').boundingBox();
    assert.ok(box);
    await page.mouse.move(box.x + 0.25 * box.width, box.y + 50);
    assert.match(await words(page), /^At ε = −8\/255: /);
    assert.deepEqual(await pixels(page, 2), await frame(example, near(-8 / 255)));
    const mark = await page.locator('.trace-mark').boundingBox();
    assert.ok(mark && Math.abs(mark.x + 1 - (box.x + 0.25 * box.width)) < 2);
  });

  it('works the linear explanation out with numbers', async () => {
    const { page } = await open(explained);
    await page.locator('summary', { hasText: 'The linear explanation in numbers' }).click();
    const table = await text(page.locator('.worked-out table'));
    assert.match(table, /x\t1\t−1\t2\t0\t3\t−2\t−4/);
    assert.match(table, /x \+ ε · w\t1\.2\t−0\.4\t1\.8\t0\.4\t3\.4\t−1\.4\t1\.6\t0\.6/);
    assert.match(table, /x \+ ε · sign\(w\)\t1\.2\t−0\.8\t1\.8\t0\.2\t3\.2\t−1\.8\t−1\.6\t0\.2/);
  });

  it('has no figures of a dataset where a model is explained', async () => {
    const { page } = await open(explained);
    assert.match(await text(page.locator('.verdict')), /Explained/);
    assert.equal(await page.locator('.charts').count(), 0);
    await page.locator('.details summary').click();
    assert.doesNotMatch(await text(page.locator('.details')), /accuracy|Success rate|Median/);
  });

  it('plays an attack only when it is told to, to its end', async () => {
    const { page, example } = await open(recorded);
    const last = example.trace?.steps.at(-1)?.at ?? 0;
    await freeze(page);
    await page.clock.runFor(5000);
    assert.equal(await slider(page).getAttribute('aria-valuetext'), 'Reported result');
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    assert.match(await words(page), /^Step 0: /);
    await page.clock.runFor(160);
    assert.match(await words(page), /^Step 1: /);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.clock.runFor(5000);
    assert.match(await words(page), /^Step 1: /);
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await page.clock.runFor(5000);
    assert.match(await words(page), new RegExp(`^Step ${last}: `));
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor();
  });

  it('goes step by step, and back to the example as it is reported', async () => {
    const { page, example } = await open(recorded);
    const reported = await pixels(page, 2);
    await page.getByRole('button', { name: 'Next step' }).click();
    assert.deepEqual(await pixels(page, 2), await frame(example, near(0)));
    await page.getByRole('button', { name: 'Next step' }).click();
    assert.deepEqual(await pixels(page, 2), await frame(example, near(1)));
    assert.match(await text(page.locator('.pane:visible figcaption').last()), /^Step 1/);
    await page.getByRole('button', { name: 'Previous step' }).click();
    assert.deepEqual(await pixels(page, 2), await frame(example, near(0)));
    await page.locator('.stage').focus();
    await page.keyboard.press('.');
    assert.deepEqual(await pixels(page, 2), await frame(example, near(1)));
    await page.keyboard.press(',');
    assert.deepEqual(await pixels(page, 2), await frame(example, near(0)));
    await page.getByRole('button', { name: 'Reported result' }).click();
    assert.deepEqual(await pixels(page, 2), reported);
    assert.match(await text(page.locator('.pane:visible figcaption').last()), /^Adversarial/);
  });

  it('plays more slowly where less motion is asked for', async () => {
    const { page } = await open(recorded, { reducedMotion: 'reduce' });
    await freeze(page);
    await page.getByRole('button', { name: 'Play', exact: true }).click();
    await page.clock.runFor(400);
    assert.match(await words(page), /^Step 0: /);
    await page.clock.runFor(200);
    assert.match(await words(page), /^Step 1: /);
  });

  it('asks for the steps of the example that is shown, and for no other', async () => {
    const { page, place } = await open(recorded);
    const asked = () =>
      page.evaluate<number[]>(`window.posted.filter(({ type }) => type === 'loadSteps').map(({ example }) => example)`);
    assert.deepEqual(await asked(), [place]);
    const other = recorded.examples.findIndex(({ trace }) => !trace);
    assert.ok(other >= 0);
    const { index } = recorded.examples[other] as ExampleReport;
    await page.locator('[role=option]').nth(index).click();
    await page.locator('.trace').waitFor({ state: 'hidden' });
    assert.deepEqual(await asked(), [place]);
  });

  it('restores the step after it is loaded anew, and forgets it for another example', async () => {
    const { page } = await open(recorded);
    await slider(page).fill('2');
    const before = await words(page);
    assert.match(before, /^Step 2: /);
    await page.reload();
    await page.locator('.trace .uplot').waitFor();
    // What the harness selects is what it was asked for, at the step that was saved.
    assert.equal(await words(page), before);
  });

  it('says of forged images what they are', async () => {
    const { page } = await open(forged);
    assert.match(await text(page.getByRole('radiogroup', { name: 'Filter by outcome' })), /Forged\s*\d+\s*Not forged/);
    assert.match(await text(page.locator('.summary')), /white noise \(8 images\)/);
    assert.doesNotMatch(await text(page.locator('.prediction')), /True label/);
    await page.locator('.details summary').click();
    assert.doesNotMatch(await text(page.locator('.details')), /accuracy/);
    assert.match(await text(page.locator('.charts')), /Distances of forged images/);
  });

  it('says which picture is missing, and shows the example all the same', async () => {
    const [example] = recorded.examples.filter(({ trace }) => trace) as [ExampleReport];
    assert.ok(example.trace);
    const broken = { ...example, trace: { ...example.trace, image: 'images/gone.png' } };
    const page = await fixture.open({ ...recorded, examples: [broken] });
    assert.deepEqual(await pixels(page, 0), await filePixels(fixture.folder, example.originalImage));
    await page.locator('.trace', { hasText: 'Cannot load images/gone.png: 404' }).waitFor();
    assert.ok(fixture.takeMishaps().every((line) => line.includes('404')));
  });
});

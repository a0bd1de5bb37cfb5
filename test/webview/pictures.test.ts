import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import type { ExampleReport } from '../../src/reports/report.ts';
import { heatColor } from '../../webview/logic/amplify.ts';
import { drawn, filePixels, shownPixels } from './support/canvas.ts';
import { text } from './support/text.ts';
import { type Shown, usePage } from './support/usePage.ts';

const choose = (page: Page, name: string) => page.getByRole('radio', { name, exact: true }).check({ force: true });

/** The picture that the page asked the extension to save. */
async function savedPicture(page: Page): Promise<{ name: string; png: number[] }> {
  for (;;) {
    const saved = await page.evaluate<{ name: string; png: number[] } | null>(`
      window.posted.filter(({ type }) => type === 'savePicture').map(({ name, png }) => ({ name, png: [...png] }))[0] ?? null
    `);
    if (saved) return saved;
  }
}

describe('the pictures of the perturbation view', () => {
  const fixture = usePage();
  let shown: Shown;
  let fooled: number;
  let example: ExampleReport;
  let before_: number[][];
  let after_: number[][];
  before(async () => {
    shown = await fixture.read('I-FGSM curve');
    fooled = shown.examples.findIndex(({ status, epsilon }) => status === 'fooled' && (epsilon ?? 0) > 7 / 255);
    example = shown.examples[fooled] as ExampleReport;
    before_ = await filePixels(fixture.folder, example.originalImage);
    after_ = await filePixels(fixture.folder, example.adversarialImage ?? '');
  });

  const [width, height] = [32, 32];
  const pixels = (page: Page, pane: number) => shownPixels(page, pane, width, height);
  const changes = () => after_.map((rgb, i) => rgb.map((value, c) => value - (before_[i]?.[c] ?? 0)));
  const signed = (gain: number) =>
    changes().map((rgb) => rgb.map((change) => Math.max(0, Math.min(255, Math.round(127.5 + gain * change)))));
  const largest = () => Math.max(...changes().flat().map(Math.abs));
  const scale = async (page: Page) => Number.parseInt(await text(page.locator('.scale')), 10);

  /** Where the fitted image lies in the first pane, in CSS pixels: in its middle, or at the edge where little is left. */
  async function imageBox(page: Page): Promise<{ left: number; top: number; size: number; pane: number }> {
    await drawn(page);
    const box = await page.locator('.pane canvas').first().boundingBox();
    assert.ok(box);
    const size = ((await scale(page)) / 100) * width;
    const start = (from: number, length: number) =>
      from + (length - size < width ? 0 : Math.round((length - size) / 2));
    return { left: start(box.x, box.width), top: start(box.y, box.height), size, pane: box.width };
  }

  it('shows a single picture in the middle of the whole width, with the divider within it', async () => {
    const page = await fixture.open(shown, { selected: fooled, height: 700 });
    await choose(page, 'Swipe');
    const { left, top, size, pane } = await imageBox(page);
    const section = await page.locator('.stage').boundingBox();
    assert.ok(section && section.width - pane <= 8, 'it is as wide as the stage');
    const column = await page
      .locator('.pane canvas')
      .first()
      .evaluate((canvas) => {
        const { data } = canvas.getContext('2d').getImageData(Math.round(canvas.width / 2), 0, 1, canvas.height);
        return Array.from({ length: canvas.height }, (_, y) => data[4 * y + 3] > 0);
      });
    const box = await page.locator('.pane canvas').first().boundingBox();
    assert.ok(box && left > box.x && size < box.height, 'there is room around it');
    assert.deepEqual([column.indexOf(true), column.lastIndexOf(true)], [top - box.y, top - box.y + size - 1]);
  });

  it('draws original and adversarial image as their files have them', async () => {
    const page = await fixture.open(shown, { selected: fooled });
    assert.deepEqual(await pixels(page, 0), before_);
    assert.deepEqual(await pixels(page, 2), after_);
  });

  it('amplifies the perturbation so that its largest change fills the range', async () => {
    const page = await fixture.open(shown, { selected: fooled });
    assert.deepEqual(await pixels(page, 1), signed(127.5 / largest()));
  });

  it('amplifies by the gain that is chosen, signed and absolute', async () => {
    const page = await fixture.open(shown, { selected: fooled });
    await page.getByLabel('Amplify').selectOption('×4');
    assert.deepEqual(await pixels(page, 1), signed(4));
    await choose(page, 'Difference');
    await page.getByRole('combobox', { name: 'Show', exact: true }).selectOption('Absolute');
    const absolute = changes().map((rgb) => rgb.map((change) => Math.min(255, 4 * Math.abs(change))));
    assert.deepEqual(await pixels(page, 0), absolute);
    await page.locator('.stage').focus();
    await page.keyboard.press(']');
    assert.equal(await page.getByLabel('Amplify').inputValue(), '×8');
  });

  it('draws one value of each pixel as a heat map, with a legend', async () => {
    const page = await fixture.open(shown, { selected: fooled });
    await page.getByRole('combobox', { name: 'Show', exact: true }).selectOption('Green');
    const greens = changes().map(([, green]) => green ?? 0);
    const most = Math.max(...greens.map(Math.abs));
    const heat = greens.map((green) => [...heatColor(green / most, 'green')]);
    assert.deepEqual(await pixels(page, 1), heat);
    assert.match(await text(page.locator('.legend').first()), new RegExp(`−${most}\\s*\\+${most}\\s*gray levels`));
    await page.getByRole('combobox', { name: 'Show', exact: true }).selectOption('Magnitude');
    await page.getByLabel('Amplify').selectOption('×255');
    assert.match(await text(page.locator('.legend').first()), /0\s*1\s*cut off beyond 1 gray levels/);
  });

  it('shows the values of a gray pixel as one number', async () => {
    const isGray = ([red, green, blue]: number[]) => red === green && green === blue;
    for (const [selected, { originalImage }] of shown.examples.entries()) {
      const image = await filePixels(fixture.folder, originalImage);
      const place = image.findIndex(isGray);
      if (place < 0) continue;
      const page = await fixture.open(shown, { selected });
      const { left, top, size } = await imageBox(page);
      const at = (pixel: number) => ((pixel + 0.5) * size) / width;
      await page.mouse.move(left + at(place % width), top + at(Math.floor(place / width)));
      assert.equal(await text(page.locator('.readout .value').nth(1)), String(image[place]?.[0]));
      return;
    }
    assert.fail('no picture has a gray pixel');
  });

  it('wipes between the two images, by a slider and by dragging', async () => {
    const page = await fixture.open(shown, { selected: fooled });
    await choose(page, 'Swipe');
    await page.getByLabel('Divider').fill('25');
    const at = (column: number) => (list: number[][]) => list.filter((_, i) => i % width === column);
    assert.deepEqual(at(3)(await pixels(page, 0)), at(3)(before_));
    assert.deepEqual(at(20)(await pixels(page, 0)), at(20)(after_));
    const { left, top, size } = await imageBox(page);
    const y = top + size / 3;
    await page.mouse.move(left + size / 4, y);
    await page.mouse.down();
    await page.mouse.move(left + (size * 3) / 4, y, { steps: 4 });
    await page.mouse.up();
    assert.equal(await page.getByLabel('Divider').inputValue(), '75');
    assert.deepEqual(at(20)(await pixels(page, 0)), at(20)(before_));
  });

  it('flickers between the two images', async () => {
    const page = await fixture.open(shown, { selected: fooled });
    await drawn(page);
    await page.clock.install();
    await page.clock.pauseAt(Date.now() + 60_000);
    await choose(page, 'Flicker');
    const title = async () => (await text(page.locator('.pane:visible strong').first())).trim();
    const titles = [await title()];
    // A period, and a frame to draw in.
    await page.clock.runFor(700);
    titles.push(await title());
    assert.deepEqual(titles.sort(), ['Adversarial', 'Original']);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Play' }).waitFor();
  });

  it('changes only by key or click where less motion is asked for', async () => {
    const page = await fixture.open(shown, { selected: fooled, reducedMotion: 'reduce' });
    await drawn(page);
    await page.clock.install();
    await choose(page, 'Flicker');
    await page.clock.runFor(5000);
    assert.deepEqual(await pixels(page, 0), before_);
    await page.locator('.stage').focus();
    await page.keyboard.press('Space');
    assert.deepEqual(await pixels(page, 0), after_);
    await page.locator('.pane canvas').first().click();
    assert.deepEqual(await pixels(page, 0), before_);
  });

  it('lays the adversarial image over the original', async () => {
    const page = await fixture.open(shown, { selected: fooled });
    await choose(page, 'Overlay');
    await page.getByLabel('Adversarial image').fill('100');
    assert.deepEqual(await pixels(page, 0), after_);
    await page.getByLabel('Adversarial image').fill('0');
    assert.deepEqual(await pixels(page, 0), before_);
  });

  it('zooms and pans all panes together, and fits again', async () => {
    const page = await fixture.open(shown, { selected: fooled });
    await drawn(page);
    const fitted = await scale(page);
    const canvas = page.locator('.pane canvas').first();
    await canvas.hover();
    await page.mouse.wheel(0, -300);
    // Playwright does not wait for what a wheel does.
    await page.waitForFunction(`parseInt(document.querySelector('.scale').innerText) > ${fitted}`);
    await page.locator('.stage').focus();
    await page.keyboard.press('+');
    await page.keyboard.press('ArrowRight');
    await drawn(page);
    const panes = page.locator('.pane canvas:visible');
    const images = await panes.evaluateAll((all) => all.map((one) => [one.width, one.height]));
    assert.equal(new Set(images.map(String)).size, 1);
    assert.notDeepEqual(await pixels(page, 0), before_);
    await page.keyboard.press('0');
    assert.deepEqual(await pixels(page, 0), before_);
    assert.equal(await scale(page), fitted);
  });

  it('draws lines between pixels when they are large', async () => {
    const page = await fixture.open(shown, { selected: fooled });
    await drawn(page);
    await page.locator('.stage').focus();
    for (let i = 0; i < 9; i++) await page.keyboard.press('+');
    await drawn(page);
    // Along a row of pixels the color changes at their borders only; a line shows as a column of its own.
    const lines = await page
      .locator('.pane canvas')
      .first()
      .evaluate((canvas) => {
        const { data } = canvas.getContext('2d').getImageData(0, 10, canvas.width, 1);
        let thin = 0;
        for (let x = 4; x < data.length - 4; x += 4) if (data[x] !== data[x - 4] && data[x] !== data[x + 4]) thin++;
        return thin;
      });
    assert.ok(lines > 0);
  });

  it('reads out the pixel under the mouse, and the one under the keyboard’s cursor', async () => {
    const page = await fixture.open(shown, { selected: fooled });
    const { left, top, size: across } = await imageBox(page);
    const size = across / width;
    const expected = (x: number, y: number) => {
      const i = y * width + x;
      const sign = (change: number) => (change > 0 ? `+${change}` : String(change).replace('-', '−'));
      const together = (values: readonly (string | number)[] = []) =>
        new Set(values).size === 1 ? String(values[0]) : values.join(' ');
      return [`${x}, ${y}`, together(before_[i]), together(after_[i]), together(changes()[i]?.map(sign))];
    };
    await page.mouse.move(left + 5.5 * size, top + 9.5 * size);
    assert.deepEqual(await page.locator('.readout .value').allInnerTexts(), expected(5, 9));
    await page.mouse.move(0, 0);
    await page.locator('.stage').focus();
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowDown');
    assert.deepEqual(await page.locator('.readout .value').allInnerTexts(), expected(16, 17));
    assert.match(await text(page.locator('[aria-live]')), /^Pixel 16, 17: original [\d ]+, adversarial/);
  });

  it('saves the panes as a picture', async () => {
    const page = await fixture.open(shown, { selected: fooled });
    await drawn(page);
    await page.getByRole('button', { name: 'Save picture…' }).click();
    const { name, png } = await savedPicture(page);
    assert.match(name, /^I-FGSM-curve-\d+-[\w-]+-side\.png$/);
    const { data, info } = await sharp(Buffer.from(png)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height], [3 * 192 + 2 * 12, 192]);
    const at = (x: number, y: number) => [...data.subarray(3 * (y * info.width + x), 3 * (y * info.width + x) + 3)];
    assert.deepEqual(at(3, 3), before_[0]);
    assert.deepEqual(at(2 * (192 + 12) + 3, 3), after_[0]);
  });

  it('shows the file beside the input that the model got, or why it cannot', async () => {
    const page = await fixture.open(shown, { selected: fooled });
    await choose(page, 'File');
    assert.deepEqual(await pixels(page, 0), before_);
    const posted = await page.evaluate<object[]>('window.posted');
    assert.deepEqual(posted.at(-1), { type: 'loadFile', example: fooled });
    await page.evaluate(`fetch('/run/${example.originalImage}').then((answer) => answer.arrayBuffer()).then((buffer) =>
      window.postMessage({ type: 'file', example: ${fooled}, bytes: new Uint8Array(buffer) }, '*'))`);
    await page.getByRole('img', { name: /^File .*png$/ }).waitFor();
    assert.match(await text(page.locator('.panes figcaption:visible').first()), /32 × 32 pixels/);
    await page.locator('[role=option][aria-selected=false]').first().click();
    await drawn(page);
    const { example: place } = (await page.evaluate<{ example: number }[]>('window.posted')).at(-1) ?? {};
    const reason = 'The file is gone.';
    await page.evaluate(`window.postMessage({ type: 'file', example: ${place}, reason: '${reason}' }, '*')`);
    await page.locator('.file-picture', { hasText: reason }).waitFor();
  });

  it('says why there is no adversarial image', async () => {
    const wrong: ExampleReport = {
      ...example,
      status: 'wrong',
      adversarial: null,
      norms: null,
      adversarialImage: null,
    };
    const page = await fixture.open({ ...shown, examples: [wrong] });
    await drawn(page);
    assert.deepEqual(await pixels(page, 0), before_);
    const reason = 'Not attacked: the model misclassifies this image before the attack.';
    assert.deepEqual(await page.locator('.absence:visible').allInnerTexts(), [reason, reason]);
    assert.match(await text(page.getByRole('radiogroup', { name: 'Filter by outcome' })), /Misclassified\s*1/);
    for (const mode of ['Swipe', 'Flicker', 'Difference', 'Overlay']) {
      await choose(page, mode);
      await drawn(page);
      assert.deepEqual(await page.locator('.absence:visible').allInnerTexts(), [reason], mode);
    }
  });

  it('says in its place which image is missing', async () => {
    const broken = { ...example, adversarialImage: 'images/gone.png' };
    const page = await fixture.open({ ...shown, examples: [broken] });
    await page.locator('.absence:visible').first().waitFor();
    assert.match(await text(page.locator('.absence:visible').last()), /^Cannot load images\/gone\.png: 404/);
    await page.locator('.thumb', { hasText: 'Image missing' }).waitFor();
    assert.deepEqual(await pixels(page, 0), before_);
    assert.ok(fixture.takeMishaps().every((line) => line.includes('404')));
  });
});

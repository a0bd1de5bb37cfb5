import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import type { ToWebview } from '../../src/page/protocol.ts';
import { shownTest } from '../../src/page/shownTest.ts';
import type { ExampleReport } from '../../src/reports/report.ts';
import { drawn, filePixels, shownPixels } from './support/canvas.ts';
import { text } from './support/text.ts';
import { type Shown, usePage } from './support/usePage.ts';
import { violations } from './support/violations.ts';

const tell = (page: Page, message: ToWebview) => page.evaluate(`window.postMessage(${JSON.stringify(message)}, '*')`);

describe('two tests side by side', () => {
  const fixture = usePage();
  let shown: Shown;
  let other: Shown;
  let selected: number;
  before(async () => {
    [shown, other] = (await Promise.all(['I-FGSM curve', 'FGSM 8/255'].map(fixture.read))) as [Shown, Shown];
    selected = shown.examples.findIndex(({ status, epsilon = 0 }) => status === 'fooled' && epsilon > 7 / 255);
  });

  async function compare(page: Page, { report, examples }: Shown): Promise<void> {
    const started = 'Nov 23, 2025, 1:00 PM';
    const { folder } = fixture;
    const twins = [{ folder, started, status: report.status, figure: 0.5, test: report.id }];
    await tell(page, { type: 'runs', runs: [{ folder, started, status: 'failed' }], twins });
    const menu = page.getByRole('combobox', { name: 'Compare with' });
    await menu.selectOption({ index: 1 });
    const posted = await page.evaluate<object[]>('window.posted');
    assert.deepEqual(posted.at(-1), { type: 'loadTwin', location: { folder, test: report.id } });
    const imagesBase = `${new URL(page.url()).origin}/run/`;
    await tell(page, { type: 'twin', test: { ...shownTest({ report, examples, started }), imagesBase, started } });
    await page.locator('.panes.is-compared').waitFor();
    await drawn(page);
  }

  it('have the same image in both, and the verdict of each', async () => {
    const page = await fixture.open(shown, { selected });
    await compare(page, other);
    const { sha256, originalImage } = shown.examples[selected] as ExampleReport;
    const twin = other.examples.find((one) => one.sha256 === sha256) as ExampleReport;
    assert.equal(await page.locator('.pane:visible').count(), 6);
    for (const [pane, image] of [
      originalImage,
      undefined,
      undefined,
      twin.originalImage,
      undefined,
      twin.adversarialImage,
    ].entries()) {
      if (image) assert.deepEqual(await shownPixels(page, pane, 32, 32), await filePixels(fixture.folder, image));
    }
    assert.match(await text(page.locator('.twin-menu')), new RegExp(`Passed: .*${other.report.message.slice(0, 20)}`));
    assert.deepEqual(
      (await page.locator('.row-name').allInnerTexts()).map((name) => name.split(' · ')[0]),
      [shown.report.id, other.report.id],
    );
    await page.getByRole('radio', { name: 'Swipe' }).check({ force: true });
    await drawn(page);
    assert.equal(await page.locator('.pane:visible').count(), 2);
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'End comparison' }).click();
    await page.locator('.panes:not(.is-compared)').waitFor();
    assert.equal(await page.locator('.pane:visible').count(), 1);
  });

  it('say where one of them does not have the image', async () => {
    const page = await fixture.open(shown, { selected });
    await compare(page, { ...other, examples: [] });
    await page.getByText('The other test does not have this image.').waitFor();
  });
});

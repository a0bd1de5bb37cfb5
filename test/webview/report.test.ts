import assert from 'node:assert/strict';
import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { html } from '../../src/exports/html.ts';
import { readReport } from '../../src/reports/runFolder.ts';
import { suiteFolder } from '../support/suiteFolder.ts';
import { drawn } from './support/canvas.ts';
import { launchBrowser } from './support/launchBrowser.ts';
import { text } from './support/text.ts';
import { usePage } from './support/usePage.ts';
import { violations } from './support/violations.ts';

const dist = path.join(import.meta.dirname, '..', '..', 'dist');

describe('the report in HTML', () => {
  const fixture = usePage();
  const folder = suiteFolder();
  let browser: Browser;
  let file = '';
  before(async () => {
    browser = await launchBrowser();
    file = folder.at('report.html');
    await writeFile(file, await html(await readReport(fixture.folder), fixture.folder, dist));
  });
  after(() => browser?.close());

  /** Opens it from the disk; whatever is asked of a network, or goes wrong, fails the test. */
  async function open(colorScheme: 'light' | 'dark', hash = ''): Promise<Page> {
    const context = await browser.newContext({ colorScheme, viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    page.on('pageerror', (error) => assert.fail(String(error)));
    page.on('console', (message) => message.type() === 'error' && assert.fail(message.text()));
    page.on('request', (request) => assert.match(request.url(), /^(?:file|data|blob):/));
    await page.goto(pathToFileURL(file).href + hash);
    await page.locator('.page, .failure').waitFor();
    return page;
  }

  it('is under 5 MB for the demo', async () => {
    const { size } = await stat(file);
    assert.ok(size < 5e6, `${size} bytes`);
  });

  it('lists every test with its verdict, and opens on one that did not pass', async () => {
    const { tests } = await readReport(fixture.folder);
    const page = await open('light');
    await drawn(page);
    const links = page.locator('#tests a');
    assert.equal(await links.count(), tests.length);
    for (const [i, { name, status }] of tests.entries()) {
      const words = await text(links.nth(i));
      assert.ok(words.includes(name) && words.includes(status), words);
    }
    const shown = tests.findIndex(({ status }) => status !== 'passed');
    assert.equal(await page.locator('#tests a[aria-current=page]').getAttribute('href'), `#${shown + 1}`);
    assert.equal(await text(page.locator('.message')), tests[shown]?.message);
  });

  it('shows the pictures and the figures of the test that is chosen', async () => {
    const { tests } = await readReport(fixture.folder);
    const place = tests.findIndex(({ name }) => name === 'I-FGSM curve');
    const page = await open('light');
    await page.locator('#tests a').nth(place).click();
    await page.locator('.title-row h1', { hasText: 'I-FGSM curve' }).waitFor();
    await drawn(page);
    assert.ok((await page.locator('[role=option] img').count()) > 0, 'there are pictures');
    assert.ok(
      await page.locator('[role=option] img').evaluateAll((images) => images.every((image) => image.naturalWidth > 0)),
      'each picture is there',
    );
    assert.ok((await page.locator('.charts .uplot').count()) > 0, 'there are charts');
    assert.ok(new URL(page.url()).hash === `#${place + 1}`, page.url());
  });

  it('offers nothing that takes an editor', async () => {
    const page = await open('light');
    await drawn(page);
    for (const name of ['Open Settings', 'Export Report…', 'Copy as settings entry', 'Reveal original image']) {
      assert.equal(await page.getByRole('button', { name }).count(), 0, name);
    }
  });

  for (const theme of ['light', 'dark'] as const) {
    it(`has no violation in a ${theme} theme`, async () => {
      const page = await open(theme);
      await drawn(page);
      assert.deepEqual(await violations(page), []);
      await page.locator('.details summary').click();
      for (const summary of await page.locator('.charts summary').all()) await summary.click();
      assert.deepEqual(await violations(page), [], 'with everything open');
      await page.setViewportSize({ width: 500, height: 900 });
      assert.deepEqual(await violations(page), [], 'narrow');
      assert.ok((await page.evaluate<number>('document.documentElement.scrollWidth')) <= 500, 'nothing overflows');
    });
  }
});

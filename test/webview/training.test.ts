import assert from 'node:assert/strict';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { text } from './support/text.ts';
import { themes } from './support/themes.ts';
import { defenseReport, detector, detectorReport, drawing, hardened, points, running } from './support/trainings.ts';
import { update, useTrainingPage } from './support/useTrainingPage.ts';
import { violations } from './support/violations.ts';

const posted = (page: Page) => page.evaluate<{ type: string }[]>('window.posted');

/** What a plot says to those who cannot see it. */
const chart = (page: Page, name: RegExp) => page.getByRole('img', { name });

/** What moves the bar. */
const animation = (page: Page) =>
  page.evaluate<string>(`getComputedStyle(document.querySelector('.progress-fill')).animationName`);

/** A picture that is as high as that of many classes. */
async function samples(): Promise<string> {
  const picture = sharp({ create: { width: 338, height: 1000, channels: 3, background: '#888' } });
  return `data:image/png;base64,${(await picture.png().toBuffer()).toString('base64')}`;
}

describe('the page of a training', () => {
  const fixture = useTrainingPage();

  it('says what is trained, and how far it is', async () => {
    const page = await fixture.open(running);
    assert.equal(await text(page.getByRole('heading', { level: 1 })), 'signs-madry');
    const header = await text(page.getByRole('banner'));
    for (const words of ['Adversarial training (Madry)', 'signs', 'street', 'Training', 'Step 120 of 480', '12 min']) {
      assert.ok(header.includes(words), `${words} is missing in ${header}`);
    }
    const bar = page.getByRole('progressbar');
    assert.equal(await bar.getAttribute('aria-valuenow'), '120');
    assert.equal(await bar.getAttribute('aria-valuemax'), '480');
  });

  it('draws loss and accuracies as they come', async () => {
    const page = await fixture.open({ ...running, points: [] });
    assert.equal(await page.getByRole('region', { name: 'Curves' }).count(), 0);
    await update(page, { ...running, points: points.slice(0, 3) });
    await chart(page, /^Loss\. Loss [\d.]+$/).waitFor();
    assert.equal(await chart(page, /^Accuracy/).count(), 0);
    await update(page, { ...running, points: points.slice(0, 5) });
    const [clean, robust] = [points[4]?.cleanAccuracy, points[4]?.robustAccuracy].map((one) =>
      (100 * (one ?? 0)).toFixed(1),
    );
    await chart(page, new RegExp(`Clean accuracy ${clean}%, Robust accuracy ${robust}%`)).waitFor();
    await page.locator('.training .uplot canvas').nth(1).waitFor();
    await page.getByText('Data table').first().click();
    const table = page.getByRole('table').first();
    // The table is made once the page has heard that it is open.
    await table.getByRole('row').nth(5).waitFor();
    assert.equal(await table.getByRole('row').count(), 1 + 5);
    await update(page, { ...running, points: points.slice(0, 7) });
    await table.getByRole('row').nth(7).waitFor();
    assert.equal(await table.getByRole('row').count(), 1 + 7, 'figures that are open grow');
  });

  it('tells screen readers of phases and of the end, and not of steps', async () => {
    const page = await fixture.open({ ...running, progress: undefined });
    await page.evaluate(`
      window.said = [];
      new MutationObserver(() => window.said.push(document.querySelector('[aria-live]').textContent))
        .observe(document.querySelector('[aria-live]'), { childList: true, characterData: true, subtree: true });
    `);
    const at = (phase: 'loading' | 'training', step: number) =>
      update(page, { ...running, progress: { name: 'signs-madry', phase, step, steps: 480 } });
    await at('loading', 0);
    await at('training', 1);
    await at('training', 2);
    await at('training', 3);
    await update(page, hardened);
    assert.deepEqual(await page.evaluate('window.said'), ['Loading model and images', 'Training', 'Trained']);
  });

  it('does not claim to know how far it is where nobody knows', async () => {
    const page = await fixture.open({
      ...running,
      progress: { name: 'signs-madry', phase: 'loading', step: 0, steps: 0 },
    });
    const bar = page.getByRole('progressbar');
    assert.equal(await bar.getAttribute('aria-valuenow'), null);
    assert.notEqual(await animation(page), 'none');
    const still = await fixture.open(
      { ...running, progress: { name: 'signs-madry', phase: 'loading', step: 0, steps: 0 } },
      { reducedMotion: 'reduce' },
    );
    assert.equal(await animation(still), 'none');
  });

  it('cancels, once, and says that a defense can be resumed', async () => {
    const page = await fixture.open(running);
    const remark = page.getByText('To resume');
    await remark.waitFor();
    const cancel = page.getByRole('button', { name: 'Cancel' });
    await cancel.click();
    assert.deepEqual((await posted(page)).at(-1), { type: 'cancel' });
    await update(page, { ...running, isCancelling: true });
    assert.ok(await cancel.isDisabled());
    await page.getByText('Canceling…').waitFor();
    await update(page, { ...running, outcome: { type: 'cancelled' } });
    await page.getByRole('heading', { name: 'Canceled' }).waitFor();
    assert.equal(await cancel.count(), 0);
    await remark.waitFor();
    const other = await fixture.open({ ...detector, outcome: undefined });
    assert.equal(await other.getByText('To resume').isVisible(), false);
  });

  it('says why a training failed', async () => {
    const message = 'No image is right.\nCheck labels and preprocessing.';
    const page = await fixture.open({ ...running, outcome: { type: 'failed', message } });
    await page.getByRole('heading', { name: 'Training failed' }).waitFor();
    assert.equal(await text(page.locator('.complaint')), message);
    assert.equal(await page.getByRole('progressbar').count(), 0);
  });

  it('sums up a defense: before and after, warnings, and files that open', async () => {
    const page = await fixture.open(hardened);
    const rows = await page.locator('.before-after').getByRole('row').allInnerTexts();
    assert.match(rows[1] ?? '', /Clean accuracy\s+98\.6%\s+93\.1%\s+−5\.5/);
    assert.match(rows[2] ?? '', /Robust accuracy\s+4\.2%\s+51\.4%\s+\+47\.2/);
    await page.getByText(defenseReport.warnings[0] ?? '').waitFor();
    for (const [file, at] of [
      ['model', defenseReport.model],
      ['onnx', defenseReport.onnx],
      ['card', defenseReport.card],
    ] as const) {
      await page.getByRole('button', { name: at }).click();
      assert.deepEqual((await posted(page)).at(-1), { type: 'open', file });
    }
    const without = { ...defenseReport, onnx: undefined };
    const other = await fixture.open({ ...hardened, outcome: { type: 'defense', report: without } });
    await other.getByText('Hardened model').waitFor();
    assert.equal(await other.getByText('ONNX').count(), 0);
  });

  it('sums up a detector: threshold, clean images, and each attack, those held out apart', async () => {
    const page = await fixture.open(detector);
    const facts = await text(page.locator('.facts'));
    assert.match(facts, /−3\.13, set to reject 5\.0% of clean images/);
    assert.match(facts, /2 of 36 \(5\.6%\)/);
    await chart(
      page,
      /FGSM, L∞ 8\/255: AUROC 0\.981, PGD, L∞ 8\/255: AUROC 0\.942, DeepFool, L2: AUROC 0\.731/,
    ).waitFor();
    const [seen = '', heldOut = ''] = await page.locator('table.roc tbody').allInnerTexts();
    assert.match(seen, /^Used in training\s+FGSM, L∞ 8\/255\s+48\s+0\.981\s+70\.0%\s+92\.0%\s+PGD/);
    assert.match(heldOut, /^Held out\s+DeepFool, L2\s+48\s+0\.731\s+10\.0%\s+25\.0%/);
    assert.match(heldOut, /Carlini & Wagner, L2\s+0\s+—\s+—\s+—/, 'nothing is claimed without an example');
    await page.getByRole('button', { name: detectorReport.file }).click();
    assert.deepEqual((await posted(page)).at(-1), { type: 'open', file: 'detector' });
  });

  it('does not set attacks apart for a detector that learned from clean images alone', async () => {
    const attacks = detectorReport.attacks.map((attack) => ({ ...attack, seen: false }));
    const page = await fixture.open({
      ...detector,
      outcome: { type: 'detector', report: { ...detectorReport, attacks } },
    });
    await page.locator('table.roc').waitFor();
    assert.equal(await page.getByText('Held out', { exact: true }).count(), 0);
    assert.equal(await page.getByText('Used in training', { exact: true }).count(), 0);
  });

  it('shows what a generator draws, and how many of its samples are recognized', async () => {
    const page = await fixture.open(drawing(await samples()));
    const facts = await text(page.locator('.facts'));
    assert.match(facts, /Recognized\s+85\.0%\s+Diversity\s+70\.0%/);
    const name = 'Samples of the generator, one row for each class';
    const sheet = page.getByRole('region', { name });
    await sheet.getByRole('img', { name }).waitFor();
    // However many classes there are, the curves are not far below.
    const { height = 0 } = (await sheet.boundingBox()) ?? {};
    assert.ok(height > 100 && height < 400, `the samples are ${height} pixels high`);
    await chart(page, /Recognized 85\.0%, Diversity 70\.0%/).waitFor();
  });

  for (const theme of Object.keys(themes) as (keyof typeof themes)[]) {
    it(`is accessible in the theme ${theme}`, async () => {
      for (const training of [running, hardened, detector, drawing(await samples())]) {
        const page = await fixture.open(training, { theme });
        for (const summary of await page.locator('summary:visible').all()) await summary.click();
        assert.deepEqual(await violations(page), [], training.outcome?.type ?? 'running');
      }
    });
  }

  it('fits a narrow panel', async () => {
    for (const training of [running, hardened, detector, drawing(await samples())]) {
      const page = await fixture.open(training, { width: 420 });
      assert.ok((await page.evaluate<number>('document.documentElement.scrollWidth')) <= 420);
      assert.deepEqual(await violations(page), []);
    }
  });

  it('reaches everything by Tab, with the focus in sight', async () => {
    const page = await fixture.open(hardened);
    const seen: string[] = [];
    for (let i = 0; i < 8; i++) {
      await page.keyboard.press('Tab');
      const [name, outline] = await page.evaluate<[string, string]>(
        '[document.activeElement.textContent, getComputedStyle(document.activeElement).outlineStyle]',
      );
      if (page.url() !== '' && name !== '' && outline !== 'none') seen.push(name);
    }
    for (const part of [defenseReport.model, defenseReport.onnx, defenseReport.card, 'Data table'])
      assert.ok(seen.includes(part ?? ''), `${part} is not among ${seen.join(', ')}`);
  });
});

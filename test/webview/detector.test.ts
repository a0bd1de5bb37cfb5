import assert from 'node:assert/strict';
import { drawn } from './support/canvas.ts';
import { guarded } from './support/guarded.ts';
import { text } from './support/text.ts';
import { themes } from './support/themes.ts';
import { type Shown, usePage } from './support/usePage.ts';
import { violations } from './support/violations.ts';

describe('the perturbation view of a model with a detector', () => {
  const fixture = usePage();
  let plain: Shown;
  let shown: Shown;
  before(async () => {
    plain = await fixture.read('I-FGSM curve');
    shown = guarded(plain);
  });
  const placeOf = (keep: (example: Shown['examples'][number]) => boolean) => shown.examples.findIndex(keep);

  it('names the detector, both attackers, and whom it rejects', async () => {
    const page = await fixture.open(shown);
    const line = await text(page.locator('.detector-line'));
    const accuracy = ((shown.report.rounds.at(-1)?.metrics.robustAccuracy ?? 0) * 100).toFixed(1);
    for (const words of [
      'signs-mahalanobis (Mahalanobis score)',
      `Unaware attacker: robust accuracy ${accuracy}%`,
      'Adaptive attacker: robust accuracy 12.5%',
      'misclassified and rejected: 8',
      `clean images rejected: ${shown.report.rounds[0]?.metrics.counts.rejected}`,
    ]) {
      assert.ok(line.includes(words), `${words} is missing in ${line}`);
    }
    await page.locator('.details summary').click();
    assert.match(await text(page.locator('.details')), /2\.5, set to reject 5\.0% of clean images; not trained on/);
  });

  it('shows scores beside the threshold, and what is rejected', async () => {
    const page = await fixture.open(shown, { selected: placeOf(({ adversarial }) => adversarial?.rejected === true) });
    const [before = '', after = ''] = await page.locator('.suspicion').allInnerTexts();
    assert.match(before, /accepted\s+[\d.]+ ≤ 2\.5/);
    assert.match(after, /rejected\s+[\d.]+ > 2\.5/);
    const [low = 1, high = 0] = await page
      .locator('.score-bar')
      .evaluateAll((bars) => bars.map((bar) => bar.firstElementChild.clientWidth / bar.clientWidth));
    assert.ok(low < 0.5 && high > 0.5, `${low} and ${high} are on either side of the threshold`);
    const name = page.locator('[role=option][aria-selected=true] .hidden');
    assert.match((await name.textContent()) ?? '', /rejected by the detector/);
  });

  it('filters and counts clean images that are rejected', async () => {
    const page = await fixture.open(shown);
    const rejected = shown.examples.filter(({ status }) => status === 'rejected').length;
    const choice = page.getByRole('radio', { name: /Rejected/ });
    await choice.check({ force: true });
    assert.equal(await page.locator('[role=option]').first().getAttribute('aria-setsize'), String(rejected));
    assert.match(
      await text(page.getByRole('radiogroup', { name: 'Filter by outcome' })),
      new RegExp(`Rejected\\s*${rejected}`),
    );
    assert.match(await text(page.locator('.example')), /the detector rejects this image before the attack/);
    const other = await fixture.open(plain);
    assert.equal(await other.getByRole('radio', { name: /Rejected/ }).count(), 0);
  });

  it('draws how well it detects at the chosen budget, with figures for both attackers', async () => {
    const page = await fixture.open(shown);
    await page.getByRole('img', { name: /unaware: AUROC 0\.800, adaptive: AUROC 0\.550/ }).waitFor();
    await page.getByRole('combobox', { name: 'Budget' }).selectOption({ index: 2 });
    await page.getByRole('img', { name: /unaware: AUROC 0\.950/ }).waitFor();
    const table = await text(page.locator('.detection table'));
    assert.match(table, /unaware\s+[\d.]+%\s+0\.950\s+60\.0%\s+80\.0%/);
    assert.match(table, /adaptive\s+12\.5%\s+0\.550\s+5\.0%\s+10\.0%/);
  });

  it('says so where no example is misclassified', async () => {
    const rounds = shown.report.rounds.map((round) => ({
      ...round,
      detection: round.detection && {
        caught: 0,
        other: { attacker: 'adaptive' as const, metrics: round.detection.other.metrics },
      },
    }));
    const page = await fixture.open({ ...shown, report: { ...shown.report, rounds } });
    await page.getByText('No example is misclassified.').waitFor();
  });

  it('lists findings of the audit, each with its page', async () => {
    const page = await fixture.open(shown);
    const audit = page.getByRole('region', { name: 'Audit' });
    // A line, which leaves the room to the pictures.
    assert.match(await text(audit.locator('summary')), /questions this result\s*The success rate falls/);
    await audit.locator('summary').click();
    const findings = audit.getByRole('listitem');
    assert.equal(await findings.count(), 2);
    assert.match(await text(findings.nth(1)), /gradient is zero on 12 of 64 images/);
    await findings.nth(1).getByRole('button').click();
    assert.deepEqual((await page.evaluate<object[]>('window.posted')).at(-1), {
      type: 'openFinding',
      check: 'zero-gradients',
    });
    await page.locator('.details summary').click();
    assert.match(
      await text(page.locator('.details')),
      /Not checked\s*more-steps-change-result \(FGSM has no number of steps\)/,
    );
    const sound = await fixture.open({ ...shown, report: { ...shown.report, findings: [] } });
    assert.equal(await sound.getByRole('region', { name: 'Audit' }).count(), 0);
  });

  it('shows nothing of it where there is no detector', async () => {
    const page = await fixture.open(plain);
    await drawn(page);
    for (const part of ['.detector-line', '.suspicion', '.detection'])
      assert.equal(await page.locator(`${part}:visible`).count(), 0);
  });

  for (const theme of Object.keys(themes) as (keyof typeof themes)[]) {
    it(`is accessible in the theme ${theme}`, async () => {
      const selected = placeOf(({ adversarial }) => adversarial?.rejected === true);
      const page = await fixture.open(shown, { theme, selected });
      await drawn(page);
      assert.deepEqual(await violations(page), []);
    });
  }

  it('fits a narrow panel', async () => {
    const page = await fixture.open(shown, { width: 500 });
    await drawn(page);
    assert.ok((await page.evaluate<number>('document.documentElement.scrollWidth')) <= 500);
  });
});

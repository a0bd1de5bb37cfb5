import assert from 'node:assert/strict';
import { drawn } from './support/canvas.ts';
import { enrolled } from './support/enrolled.ts';
import { text } from './support/text.ts';
import { themes } from './support/themes.ts';
import { type Shown, usePage } from './support/usePage.ts';
import { violations } from './support/violations.ts';

describe('the perturbation view of a model with enrolled images', () => {
  const fixture = usePage();
  let plain: Shown;
  let shown: Shown;
  let fooled: number;
  before(async () => {
    plain = await fixture.read('FGSM 8/255');
    shown = enrolled(plain);
    const names = shown.report.model.enrolled?.identities.map(({ name }) => name) ?? [];
    fooled = shown.examples.findIndex(
      ({ status, label, adversarial }) =>
        status === 'fooled' && names.includes(label) && names.includes(adversarial?.class ?? ''),
    );
    assert.ok(fooled >= 0, 'no example is taken for someone else');
  });

  it('says how many are accepted and rejected wrongly, before and under attack', async () => {
    const page = await fixture.open(shown);
    const line = await text(page.locator('.detector-line'));
    for (const words of ['False accepts: 1 → 30', 'False rejects: 2 → 4', 'Equal error rate: 3.4%'])
      assert.ok(line.includes(words), `${words} is missing in ${line}`);
  });

  it('shows an enrolled image and similarities of who it is and of who it is taken for', async () => {
    const page = await fixture.open(shown, { selected: fooled });
    const { label, adversarial } = shown.examples[fooled] as Shown['examples'][number];
    const rows = page.locator('.similarities tbody tr');
    assert.equal(await rows.count(), 2);
    const [own = '', other = ''] = await rows.allInnerTexts();
    assert.match(own, new RegExp(`${label}\\s+1\\.00\\s*, accepted\\s+0\\.00\\s*, rejected`));
    assert.match(other, new RegExp(`${adversarial?.class}\\s+0\\.00\\s*, rejected\\s+1\\.00\\s*, accepted`));
    assert.match(await text(page.locator('.similarities thead')), /accepted from 0.5 on/);
    const widths = await page.locator('.similarities img').evaluateAll((all) => all.map((one) => one.naturalWidth));
    assert.deepEqual(widths, [32, 32]);
  });

  it('shows none of it for other models', async () => {
    const page = await fixture.open(plain, { selected: fooled });
    assert.equal(await page.locator('.similarities').count(), 0);
    assert.equal(await page.locator('.detector-line').count(), 0);
  });

  for (const theme of Object.keys(themes) as (keyof typeof themes)[]) {
    it(`is accessible in the theme ${theme}`, async () => {
      const page = await fixture.open(shown, { theme, selected: fooled });
      await drawn(page);
      assert.deepEqual(await violations(page), []);
    });
  }
});

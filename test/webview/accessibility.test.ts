import assert from 'node:assert/strict';
import { drawn } from './support/canvas.ts';
import { themes } from './support/themes.ts';
import { usePage } from './support/usePage.ts';
import { violations } from './support/violations.ts';

describe('accessibility of the perturbation view', () => {
  const fixture = usePage();

  for (const theme of Object.keys(themes) as (keyof typeof themes)[]) {
    it(`has no violation in the theme ${theme}`, async () => {
      const page = await fixture.open(await fixture.read('I-FGSM curve'), { theme });
      await drawn(page);
      assert.deepEqual(await violations(page), []);
      await page.locator('.details summary').click();
      for (const summary of await page.locator('.charts summary').all()) await summary.click();
      for (const mode of ['Swipe', 'Flicker', 'Difference', 'Overlay']) {
        await page.getByRole('radio', { name: mode }).check({ force: true });
        assert.deepEqual(await violations(page), [], mode);
      }
      await page.getByRole('button', { name: 'Shortcuts' }).click();
      assert.deepEqual(await violations(page), [], 'help');
    });
  }

  for (const theme of Object.keys(themes) as (keyof typeof themes)[]) {
    it(`has no violation where the way of an attack is shown, in the theme ${theme}`, async () => {
      for (const test of ['explained', 'recorded', 'forged']) {
        const shown = await fixture.read(test);
        const page = await fixture.open(shown, { theme, selected: shown.examples.findIndex(({ trace }) => trace) });
        await page.locator('.trace .uplot').waitFor();
        await drawn(page);
        for (const summary of await page.locator('.trace summary').all()) await summary.click();
        assert.deepEqual(await violations(page), [], test);
      }
    });
  }

  it('shows the way of an attack when it is narrow, and nothing overflows', async () => {
    const page = await fixture.open(await fixture.read('explained'), { width: 500 });
    await page.locator('.trace .uplot').waitFor();
    for (const summary of await page.locator('.trace summary').all()) await summary.click();
    assert.deepEqual(await violations(page), []);
    assert.ok((await page.evaluate<number>('document.documentElement.scrollWidth')) <= 500);
  });

  it('has no violation when it is narrow, and nothing overflows', async () => {
    const page = await fixture.open(await fixture.read('I-FGSM L2'), { width: 500 });
    await drawn(page);
    assert.deepEqual(await violations(page), []);
    assert.ok((await page.evaluate<number>('document.documentElement.scrollWidth')) <= 500);
  });

  it('reaches everything by Tab, with the focus in sight', async () => {
    const page = await fixture.open(await fixture.read('I-FGSM L2'));
    await drawn(page);
    const seen: string[] = [];
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      const [name, outline] = await page.evaluate<[string, string]>(`(() => {
        const element = document.activeElement;
        const shown = element.matches('input[type=radio]') ? element.nextElementSibling : element;
        return [element.className + ' ' + (element.ariaLabel ?? element.textContent), getComputedStyle(shown).outlineStyle];
      })()`);
      // Past the last element the focus leaves the page.
      if (name.startsWith('vscode-')) continue;
      seen.push(name);
      assert.notEqual(outline, 'none', name);
    }
    const all = seen.join('\n');
    for (const part of ['Open Settings', 'tile', 'stage', 'Zoom in', 'Save picture…'])
      assert.ok(all.includes(part), all);
  });
});

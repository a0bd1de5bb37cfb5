import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { applyEdits, modify } from 'jsonc-parser';
import { nextFile } from '../support/nextFile.ts';
import { useWorkbench } from '../support/vscode/useWorkbench.ts';
import { drawn } from '../webview/support/canvas.ts';

const curve = 'I-FGSM curve';

describe('The perturbation view', () => {
  const workbench = useWorkbench({ viewport: { width: 1440, height: 900 } });
  const view = () => workbench().webview().content;
  const runs = () => path.join(workbench().folder, '.perturb', 'runs');
  const columns = () => workbench().part('editor').locator('.editor-group-container').count();

  async function change(edits: Readonly<Record<string, unknown>>): Promise<void> {
    const file = path.join(workbench().folder, '.vscode', 'settings.json');
    const text = await readFile(file, 'utf8');
    const changed = Object.entries(edits).reduce(
      (before, [name, value]) => applyEdits(before, modify(before, name.split('/'), value, {})),
      text,
    );
    await writeFile(file, changed);
  }

  async function open(test: string): Promise<void> {
    await workbench().testing.clickAction(test, 'Open Perturbation View');
    await view().getByRole('heading', { level: 1, name: test }).waitFor();
  }

  it('opens in a column that is there already, on an example that fooled the model', async () => {
    const { testing } = workbench();
    await change({ 'perturb.audit': false });
    await testing.open();
    await testing.expandAll();
    await testing.run(curve);
    await testing.waitFor(curve, 'Failed');
    await open(curve);
    await drawn(view());
    assert.equal(await columns(), 1);
    await view().locator('.example h2', { hasText: 'Fooled' }).waitFor();
    assert.match((await view().locator('.budget-strip [aria-pressed=true]').textContent()) ?? '', /^8\/255/);
  });

  it('has its pictures in sight with the panel open', async () => {
    await workbench().runCommand('View: Focus Problems (Errors, Warnings, Infos)');
    await drawn(view());
    const frame = await view().owner().boundingBox();
    const panel = await workbench().part('panel').boundingBox();
    assert.ok(frame && panel && panel.height > 200, 'the panel is open');
    for (const canvas of await view().locator('.pane:visible canvas').all()) {
      const box = await canvas.boundingBox();
      assert.ok(box && box.height >= 120, `${box?.height} pixels high`);
      assert.ok(box.y + box.height <= panel.y, 'it ends above the panel');
    }
    await workbench().screenshot('view-with-panel');
    await workbench().runCommand('View: Hide Panel');
  });

  it('follows the next run of its test while that goes on, and keeps the runs before', async () => {
    const { testing } = workbench();
    const examples = nextFile(runs(), 'examples.jsonl');
    await testing.run(curve);
    const folder = path.dirname(await examples);
    while ((await readFile(path.join(folder, 'examples.jsonl'), 'utf8')) === '') await setTimeout(10);
    await view().locator('.run-menu option').nth(1).waitFor({ state: 'attached' });
    await view().getByRole('listbox', { name: 'Examples' }).getByRole('option').first().waitFor();
    await view().locator('.verdict', { hasText: 'Failed' }).waitFor();
    const menu = view().getByRole('combobox', { name: 'Run' });
    assert.equal(await menu.locator('option').count(), 2);
    assert.equal(await workbench().tab(curve).count(), 1);
    // Whoever looks at an earlier run stays there.
    await menu.selectOption({ index: 1 });
    await view().locator('.run-menu option').nth(1).and(view().locator(':checked')).waitFor({ state: 'attached' });
    await testing.run(curve);
    await view().locator('.run-menu option').nth(2).waitFor({ state: 'attached' });
    await testing.waitFor(curve, 'Failed');
    assert.equal(await menu.evaluate((select) => (select as unknown as { selectedIndex: number }).selectedIndex), 2);
    await open(curve);
    await view().locator('.run-menu option').first().and(view().locator(':checked')).waitFor({ state: 'attached' });
    assert.equal(await workbench().tab(curve).count(), 1);
  });

  it('opens while a test runs, and says when it was canceled', async () => {
    const { testing } = workbench();
    const endless = {
      model: 'signs',
      dataset: 'street',
      attack: 'ifgsm',
      epsilon: '8/255',
      expect: { robustAccuracy: 0 },
    };
    await change({ 'perturb.tests/endless': { ...endless, parameters: { steps: 100_000 } } });
    await testing.waitFor('endless');
    await testing.run('endless');
    await testing.waitFor('endless', 'Running');
    await open('endless');
    await view().locator('.verdict', { hasText: 'Running' }).waitFor();
    await workbench().runCommand('Test: Cancel Test Run');
    await view().locator('.verdict', { hasText: 'Canceled' }).waitFor();
  });
});

import assert from 'node:assert/strict';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { applyEdits, modify } from 'jsonc-parser';
import sharp from 'sharp';
import type { ExampleReport } from '../../src/reports/report.ts';
import { nextFile } from '../support/nextFile.ts';
import { type Theme, themes } from '../support/vscode/themes.ts';
import { useWorkbench } from '../support/vscode/useWorkbench.ts';
import { drawn } from '../webview/support/canvas.ts';

const verdicts = {
  'FGSM 2/255': 'Passed',
  'FGSM 8/255': 'Passed',
  'I-FGSM curve': 'Failed',
  'I-FGSM L2': 'Passed',
  'half the signs need 5/255': 'Passed',
  'stop stays stop': 'Failed',
  'no sign becomes its least likely': 'Passed',
  'examples of another model': 'Failed',
} as const;

describe('The Test Explorer', () => {
  const workbench = useWorkbench();
  const runs = () => path.join(workbench().folder, '.perturb', 'runs');
  const settings = () => path.join(workbench().folder, '.vscode', 'settings.json');

  async function states(): Promise<Record<string, string | undefined>> {
    const rows = await workbench().testing.rows();
    return Object.fromEntries(rows.filter(({ label }) => label in verdicts).map(({ label, state }) => [label, state]));
  }

  /** The first example of a test that has a status at the largest budget. */
  async function exampleOf(test: string, status: string): Promise<{ folder: string; example: ExampleReport }> {
    for (const name of (await readdir(runs())).sort().reverse()) {
      const folder = path.join(runs(), name);
      const lines = (await readFile(path.join(folder, 'examples.jsonl'), 'utf8')).trim().split('\n');
      const examples: ExampleReport[] = lines.map((line) => JSON.parse(line));
      const [example] = examples
        .filter((other) => other.test.endsWith(test) && other.status === status)
        .sort((a, b) => (b.epsilon ?? 0) - (a.epsilon ?? 0) || a.index - b.index);
      if (example) return { folder, example };
    }
    throw new Error(`no run has a ${status} example of ${test}`);
  }

  it('lists the tests of the settings below their model', async () => {
    const { testing } = workbench();
    await testing.open();
    await testing.expandAll();
    assert.deepEqual(Object.keys(await states()), Object.keys(verdicts));
  });

  it('runs them all, and shows what passed and what failed', async () => {
    const { testing } = workbench();
    await testing.runAll();
    for (const [test, state] of Object.entries(verdicts)) await testing.waitFor(test, state);
    assert.deepEqual(await states(), verdicts);
    await workbench().statusItem('Perturb: ').waitFor();
  });

  it('says the figure of each test in its row', async () => {
    const { testing } = workbench();
    await testing.figure('FGSM 8/255', /^7\d\.\d% ≥ 70%$/);
    await testing.figure('I-FGSM curve', /^9\.7% < 50%$/);
    await testing.figure('half the signs need 5/255', /^0\.0\d+ ≥ 0\.019$/);
    await testing.figure('stop stays stop', /^\d+\.\d% > 0%$/);
    await testing.figure('no sign becomes its least likely', /^\d+\.\d% ≤ 10%$/);
  });

  it('explains a failure: what was measured and expected, pictures, a link to the view', async () => {
    const { testing, page } = workbench();
    await testing.row('I-FGSM curve').click();
    await testing.row('I-FGSM curve').dblclick();
    const peek = page.locator('.test-output-peek-message-container').first();
    await peek.getByText(/^I-FGSM fooled \d+ of \d+ images at L∞ 8\/255$/).waitFor();
    const [budgets, captions] = [peek.locator('table').first(), peek.locator('table').last()];
    assert.equal(await budgets.locator('tbody tr').count(), 4);
    const cells = await budgets.locator('tbody tr').last().locator('td').allTextContents();
    assert.deepEqual(cells, ['robust accuracy', 'L∞ 8/255', '9.7% < 50%', '✗']);
    const pictures = peek.locator('img');
    assert.equal(await pictures.count(), 3);
    for (const caption of await captions.locator('td').allTextContents())
      assert.match(caption, /^[a-z\d-]+ → [a-z\d-]+$/);
    // What is folded up is not among it.
    const [text = ''] = await peek.allInnerTexts();
    assert.equal(text.split('9.7%').length, 2, `the figure is not told once: ${text}`);
    await peek.getByText('Context for AI').click();
    await peek.getByText(/^At L∞ 8\/255: clean accuracy .*, robust accuracy 9\.7%/).waitFor();
    await peek.getByText('Context for AI').click();
    const width = await pictures.first().evaluate(async (element) => {
      const image = element as unknown as { decode(): Promise<void>; naturalWidth: number };
      await image.decode();
      return image.naturalWidth;
    });
    assert.ok(width > 100);
    await workbench().screenshot('failure');
    await peek.getByRole('link', { name: 'Open Perturbation View' }).click();
    await workbench().webview().content.getByRole('listbox', { name: 'Examples' }).waitFor();
  });

  it('shows the pictures of the run in the view, pixel for pixel', async () => {
    const view = workbench().webview().content;
    const budgets = view.getByRole('combobox', { name: 'Budget' });
    await budgets.selectOption({ index: (await budgets.locator('option').count()) - 1 });
    await view.locator('label', { has: view.getByRole('radio', { name: /^Fooled/ }) }).click();
    const { folder, example } = await exampleOf('I-FGSM curve', 'fooled');
    await view.getByRole('listbox', { name: 'Examples' }).getByRole('option').first().click();
    await drawn(view);
    for (const [name, file] of [
      [/Original/, example.originalImage],
      [/Adversarial/, example.adversarialImage as string],
    ] as const) {
      const canvas = view.locator('canvas[role="img"]').and(view.getByRole('img', { name })).first();
      const shown = await canvas.evaluate((element) => {
        const drawn = element as unknown as {
          readonly width: number;
          readonly height: number;
          getContext(kind: '2d'): { getImageData(...box: number[]): { data: Uint8ClampedArray } };
        };
        return [...drawn.getContext('2d').getImageData(drawn.width / 2 - 20, drawn.height / 2 - 20, 40, 40).data];
      });
      const { data } = await sharp(path.join(folder, file)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      const colors = new Set(Array.from({ length: data.length / 3 }, (_, i) => data.subarray(3 * i, 3 * i + 3).join()));
      for (let i = 0; i < shown.length; i += 4) assert.ok(colors.has(shown.slice(i, i + 3).join()), `${file}: ${i}`);
    }
  });

  it('has an accessible view in every theme', async () => {
    for (const theme of Object.keys(themes) as Theme[]) {
      await workbench().setTheme(theme);
      assert.deepEqual(await workbench().webview().violations(), [], theme);
      await workbench().screenshot(`view-${theme}`);
    }
    await workbench().setTheme('light');
  });

  it('restores results and view when the window is loaded anew', async () => {
    const { testing } = workbench();
    await workbench().reload();
    await workbench().webview().content.getByRole('listbox', { name: 'Examples' }).waitFor();
    await testing.open();
    await testing.expandAll();
    for (const [test, state] of Object.entries(verdicts)) await testing.waitFor(test, state);
  });

  it('shows a mistake in the settings on the tree, and keeps the tests', async () => {
    const { testing, page } = workbench();
    const text = await readFile(settings(), 'utf8');
    await writeFile(settings(), text.replace('"perturb.datasets"', 'perturb.datasets'));
    await testing.waitFor('Settings');
    await testing.expandAll();
    assert.deepEqual(Object.keys(await states()), Object.keys(verdicts));
    await writeFile(settings(), text.replace('"8/255"', '"8/0"'));
    await testing.row('Settings').waitFor({ state: 'hidden' });
    await testing.waitFor('Cannot run');
    await testing.expandAll();
    await page
      .locator('.test-explorer')
      .getByText(/^"8\/0" divides by zero\./)
      .waitFor();
    await workbench().screenshot('mistake');
    await writeFile(settings(), text);
    await testing.row('Cannot run').waitFor({ state: 'hidden' });
  });

  it('lists no tests any more once there are no settings', async () => {
    const { testing } = workbench();
    const text = await readFile(settings(), 'utf8');
    await writeFile(settings(), '');
    await testing.row('FGSM 2/255').waitFor({ state: 'hidden' });
    await writeFile(settings(), text);
    await testing.waitFor('signs');
    await testing.expandAll();
    assert.deepEqual(Object.keys(await states()), Object.keys(verdicts));
  });

  it('has its icons in the gutter at the lines of the tests, also with an invalid one about', async () => {
    const { keyboard, quickInput, testing } = workbench();
    const text = await readFile(settings(), 'utf8');
    // A view that has just been restored takes the focus, and the editor is behind it again.
    await workbench().runCommand('View: Close All Editors');
    // At a line of theirs, wherever it was left: of the tests, those further down may be out of sight.
    const first = ['FGSM 2/255', 'FGSM 8/255'];
    const line = text.slice(0, text.indexOf('"FGSM 8/255": {')).split('\n').length;
    await keyboard.press('Control+P');
    await quickInput.input.fill(`settings.json:${line}`);
    await quickInput.choose('settings.json');
    await testing.gutter(first);
    // The mistake is in what all tests use, on a line above them.
    await writeFile(settings(), text.replace('"labels": "folders"', '"labels": "folder"'));
    await testing.gutter(first);
    await writeFile(settings(), text.replace('"8/255"', '"8/0"'));
    await testing.waitFor('Cannot run');
    await testing.gutter(first);
    await writeFile(settings(), text);
    await testing.row('Cannot run').waitFor({ state: 'hidden' });
    // What cannot be read any more has its tests two lines further down.
    await writeFile(settings(), text.replace('"perturb.datasets": {', '\n\n"perturb.datasets": {,'));
    await testing.waitFor('Settings');
    await testing.gutter(first);
    await workbench().screenshot('gutter');
    await writeFile(settings(), text);
    await testing.row('Settings').waitFor({ state: 'hidden' });
    await testing.gutter(first);
    await testing.open();
  });

  it('runs tests again when their model changes, while a continuous run is on', async () => {
    const { testing, page } = workbench();
    await testing.expandAll();
    await testing.clickAction('FGSM 2/255', 'Turn on Continuous Run');
    const again = nextFile(runs(), 'report.json');
    let heard = false;
    void again.then(() => {
      heard = true;
    });
    // Nothing tells when the extension has begun to listen: the model is changed until it does.
    while (!heard) {
      const now = new Date();
      await utimes(path.join(workbench().folder, 'models', 'signs', 'model.json'), now, now);
      await Promise.race([again, setTimeout(3000)]);
    }
    const report = JSON.parse(await readFile(await again, 'utf8'));
    assert.deepEqual(
      report.tests.map(({ name }: { name: string }) => name),
      ['FGSM 2/255'],
    );
    await testing.clickAction('FGSM 2/255', 'Turn off Continuous Run');
    // The model may have been changed once more before its run was heard of.
    await testing.allEnded();
    // The images of this one are made on it.
    await testing.row('examples of another model').locator('.retired').waitFor();
    await page.mouse.move(0, 0);
  });

  it('filters tests by their tags', async () => {
    const { testing } = workbench();
    await testing.filter('@perturb:norm:l2');
    await testing.row('FGSM 2/255').waitFor({ state: 'hidden' });
    assert.deepEqual(Object.keys(await states()), ['I-FGSM L2']);
    await testing.filter('@perturb:attack:fgsm');
    await testing.row('I-FGSM L2').waitFor({ state: 'hidden' });
    await testing.row('FGSM 2/255').waitFor();
    assert.deepEqual(Object.keys(await states()), ['FGSM 2/255', 'FGSM 8/255']);
    await testing.filter('');
    await testing.row('I-FGSM L2').waitFor();
  });

  it('runs a test quickly, and says so', async () => {
    const { testing } = workbench();
    const again = nextFile(runs(), 'report.json');
    await testing.runUsing('FGSM 8/255', 'Quick');
    const report = JSON.parse(await readFile(await again, 'utf8'));
    const [test] = report.tests;
    assert.deepEqual([test.name, test.quick, test.dataset.images, test.findings], ['FGSM 8/255', true, 20, undefined]);
    await testing.figure('FGSM 8/255', /^\d+\.\d% . 70% \(quick\)$/);
  });

  it('records the steps of a test', async () => {
    const { testing } = workbench();
    const again = nextFile(runs(), 'report.json');
    await testing.runUsing('I-FGSM L2', 'Record Steps');
    const { folder } = { folder: path.dirname(await again) };
    const lines = (await readFile(path.join(folder, 'examples.jsonl'), 'utf8')).trim().split('\n');
    assert.equal(lines.filter((line) => (JSON.parse(line) as ExampleReport).trace).length, 8);
  });

  it('cancels a run: what did not run keeps its verdict, and the next run works', async () => {
    const { testing } = workbench();
    const text = await readFile(settings(), 'utf8');
    const brief = {
      model: 'signs',
      dataset: 'street',
      attack: 'ifgsm',
      epsilon: '8/255',
      expect: { robustAccuracy: 0 },
    };
    // Takes longer than it takes to cancel it, also on a busy machine.
    const endless = { ...brief, parameters: { steps: 100_000 } };
    const added = Object.entries({ endless, 'after it': brief });
    const more = added.reduce(
      (before, [name, test]) => applyEdits(before, modify(before, ['perturb.tests', name], test, {})),
      text,
    );
    await writeFile(settings(), applyEdits(more, modify(more, ['perturb.audit'], false, {})));
    await testing.waitFor('after it');
    await testing.run('after it');
    await testing.waitFor('after it', 'Passed');
    await testing.runAll();
    await testing.waitFor('endless', 'Running');
    await testing.waitFor('after it', 'Queued');
    await workbench().runCommand('Test: Cancel Test Run');
    await testing.waitFor('after it', 'Passed');
    await testing.waitFor('endless', 'Skipped');
    await testing.figure('after it', /^\d+\.\d% ≥ 0%$/);
    await writeFile(settings(), text);
    await testing.row('after it').waitFor({ state: 'hidden' });
    await testing.run('FGSM 2/255');
    await testing.waitFor('FGSM 2/255', 'Passed');
  });

  it('asks for nothing beyond this machine', () => {
    assert.deepEqual(workbench().host.blocked, []);
  });
});

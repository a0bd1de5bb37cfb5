import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'jsonc-parser';
import { writeDemoModel } from '../support/onnx/writeDemoModel.ts';
import { settled } from '../support/vscode/settled.ts';
import { useWorkbench } from '../support/vscode/useWorkbench.ts';

const model = 'models/signs/model.json';

describe('Commands', () => {
  const workbench = useWorkbench();

  it('attack a model on a right-click, with progress, and show the result', async () => {
    const { explorer, quickInput, notifications } = workbench();
    await explorer.choose(model, 'Attack Model…');
    await quickInput.choose('I-FGSM');
    await quickInput.enterRefused('8/0', '"8/0" divides by zero');
    await quickInput.enterRefused('1/1000', 'less than one gray level');
    await quickInput.enter('8/255');
    await quickInput.choose('street');
    await notifications.gone('Attacking signs › I-FGSM 8/255');
    const view = workbench().webview().content;
    await view.getByRole('listbox', { name: 'Examples' }).waitFor();
    await view
      .getByText(/robust accuracy .* 9\.7%/)
      .first()
      .waitFor();
    await workbench().screenshot('attack-model');
  });

  it('attack an ONNX file that the settings do not know, as its metadata say', async () => {
    const { explorer, quickInput, notifications } = workbench();
    await workbench().runCommand('View: Close All Editors');
    await writeDemoModel(path.join(workbench().folder, 'models', 'signs.onnx'));
    await explorer.choose('models/signs.onnx', 'Attack Model…');
    await quickInput.choose('FGSM');
    await quickInput.enter('8/255');
    await quickInput.choose('street');
    await quickInput.choose('From the model file');
    await notifications.gone('Attacking signs (2) › FGSM 8/255');
    const view = workbench().webview().content;
    await view.getByRole('listbox', { name: 'Examples' }).waitFor();
    await view
      .getByText(/robust accuracy .* 76\.4%/)
      .first()
      .waitFor();
    await workbench().screenshot('attack-onnx');
  });

  it('forge images of a class from white noise', async () => {
    const { explorer, quickInput, notifications } = workbench();
    await workbench().runCommand('View: Close All Editors');
    await explorer.choose(model, 'Attack Model…');
    // The list shows only as many attacks as there is room for.
    await quickInput.input.fill('Forged');
    await quickInput.choose('Forged image');
    await quickInput.choose('Quick');
    await quickInput.input.fill('stop');
    await quickInput.choose('stop');
    await quickInput.item('street').waitFor();
    await quickInput.choose('White noise');
    await notifications.gone('Attacking signs › Forged image → stop');
    const view = workbench().webview().content;
    const options = view.getByRole('listbox', { name: 'Examples' }).getByRole('option');
    await options.nth(7).waitFor();
    assert.equal(await options.count(), 8);
    await view
      .getByRole('option', { name: /forged into stop/ })
      .first()
      .waitFor();
    await workbench().screenshot('forge');
  });

  it('explain a model', async () => {
    const { explorer, quickInput, notifications } = workbench();
    await workbench().runCommand('View: Close All Editors');
    await explorer.choose(model, 'Attack Model…');
    await quickInput.input.fill('Linear');
    await quickInput.choose('Linear explanation');
    await quickInput.enter('16/255');
    await quickInput.choose('street');
    await notifications.gone('Attacking signs › Linear explanation 16/255');
    const view = workbench().webview().content;
    await view.getByRole('listbox', { name: 'Examples' }).waitFor();
    await view
      .getByText(/explained 7\d images/)
      .first()
      .waitFor();
    await workbench().screenshot('explain');
  });

  it('ask before an attack that takes long', async () => {
    const { explorer, quickInput, notifications } = workbench();
    await workbench().runCommand('View: Close All Editors');
    await explorer.choose(model, 'Attack Model…');
    await quickInput.item('FGSM').waitFor();
    await workbench().screenshot('choose-attack');
    await quickInput.input.fill('Carlini');
    await quickInput.choose('Carlini & Wagner');
    await quickInput.choose('Paper');
    await quickInput.choose('street');
    await notifications.dialog.getByText(/This may take about \d+ (s|min|h) \(images: 72\)\./).waitFor();
    await workbench().screenshot('long-attack');
    await notifications.answer('Cancel');
    await notifications.toast('Attacking').waitFor({ state: 'hidden' });
    assert.equal(await workbench().tab('Carlini & Wagner paper').count(), 0);
  });

  it('cancel an attack from its progress', async () => {
    const { explorer, quickInput, notifications } = workbench();
    await explorer.choose(model, 'Attack Model…');
    await quickInput.input.fill('Carlini');
    await quickInput.choose('Carlini & Wagner');
    // It takes minutes: longer than it takes to cancel it on a busy machine.
    await quickInput.choose('Paper');
    await quickInput.choose('street');
    await notifications.answer('Attack');
    await notifications.press('Attacking signs › Carlini & Wagner paper', 'Cancel');
    await notifications.toast('Attacking').waitFor({ state: 'hidden' });
    assert.equal(await workbench().tab('Carlini & Wagner paper').count(), 0);
  });

  it('add a robustness test to the settings, from the command palette', async () => {
    const { quickInput, testing } = workbench();
    await workbench().runCommand('Perturb: Add Robustness Test…');
    await quickInput.choose(model);
    await quickInput.choose('FGSM');
    await quickInput.enter('4/255');
    await quickInput.choose('street');
    await quickInput.enter('0.8');
    await workbench().tab('settings.json').waitFor();
    const text = await readFile(path.join(workbench().folder, '.vscode', 'settings.json'), 'utf8');
    assert.match(text, /"FGSM 4\/255": \{/);
    assert.match(text, /\/\/ A model, images to attack it with, and tests\./);
    await testing.open();
    await testing.expandAll();
    await testing.run('FGSM 4/255');
    await testing.waitFor('FGSM 4/255', 'Passed');
  });

  it('add tests with what can be expected of them, and nothing else', async () => {
    const { quickInput } = workbench();
    const begin = async (attack: string) => {
      await workbench().runCommand('View: Close All Editors');
      await workbench().runCommand('Perturb: Add Robustness Test…');
      await quickInput.choose(model);
      await quickInput.input.fill(attack);
      await quickInput.choose(attack);
    };
    const settings = path.join(workbench().folder, '.vscode', 'settings.json');
    const original = await readFile(settings, 'utf8');
    await begin('Linear explanation');
    await quickInput.enter('8/255');
    await quickInput.choose('street');
    await workbench().tab('settings.json').waitFor();
    await begin('FMN');
    await quickInput.choose('Paper');
    await quickInput.choose('street');
    await quickInput.message.getByText('Minimum median distance in').waitFor();
    await quickInput.enterRefused('-1', 'Enter a number that is 0 or greater.');
    await quickInput.enter('1.5');
    await workbench().tab('settings.json').waitFor();
    await begin('Forged image');
    await quickInput.choose('Quick');
    await quickInput.choose('children');
    await quickInput.choose('White noise');
    await quickInput.enter('0.25');
    await workbench().tab('settings.json').waitFor();
    await workbench().runCommand('View: Close All Editors');
    const tests = parse(await readFile(settings, 'utf8'))['perturb.tests'];
    assert.deepEqual(tests['Linear explanation 8/255'], {
      model: 'signs',
      dataset: 'street',
      attack: 'linear',
      epsilon: '8/255',
    });
    assert.deepEqual(tests['FMN paper'], {
      model: 'signs',
      dataset: 'street',
      attack: 'fmn',
      preset: 'paper',
      expect: { medianDistance: 1.5 },
    });
    assert.deepEqual(tests['Forged image → children'], {
      model: 'signs',
      attack: 'forge',
      target: 'children',
      expect: { successRate: 0.25 },
    });
    await writeFile(settings, original);
  });

  it('check the preprocessing of a model, and write what is chosen into the settings', async () => {
    const { explorer, quickInput } = workbench();
    await workbench().runCommand('View: Close All Editors');
    const settings = path.join(workbench().folder, '.vscode', 'settings.json');
    const stated = '{ "mean": 0.5, "std": 0.5, "channels": "rgb" }';
    const wrong = (await readFile(settings, 'utf8')).replace(stated, stated.replace('rgb', 'bgr'));
    await writeFile(settings, wrong);
    const best = '[−1, 1], stretched';

    await workbench().runCommand('Perturb: Check Preprocessing…');
    await quickInput.choose('signs');
    await quickInput.choose('street');
    await quickInput.item(best).getByText('32 of 32 correct (100.0%)').waitFor();
    assert.equal((await quickInput.items())[0], best);
    await quickInput.item('Current settings, stretched').getByText('In use').waitFor();
    await workbench().screenshot('check-preprocessing');
    await quickInput.cancel();
    assert.equal(await readFile(settings, 'utf8'), wrong);
    assert.equal(await workbench().tab('settings.json').count(), 0);

    await explorer.choose(model, 'Check Preprocessing…');
    await quickInput.choose('street');
    await quickInput.choose(best);
    await workbench().tab('settings.json').waitFor();
    const text = await readFile(settings, 'utf8');
    assert.equal(text, wrong.replace(stated.replace('rgb', 'bgr'), '"tf"'));
  });

  it('work by keyboard alone, from a test to its examples in the view', async () => {
    const { host, keyboard, quickInput, testing } = workbench();
    await host.updateSettings({ 'perturb.audit': false });
    await workbench().runCommand('View: Close All Editors');
    await testing.open();
    await testing.expandAll();
    /** Types into the list that is open, and accepts what it has selected of that name. */
    const type = async (text: string, selected = text) => {
      await quickInput.input.and(workbench().page.locator(':focus')).waitFor();
      await keyboard.type(text);
      await quickInput.item(selected).and(workbench().page.locator('.focused')).waitFor();
      await keyboard.press('Enter');
    };
    await settled(workbench().page);
    await keyboard.press('F1');
    await type('Test: Run All Tests');
    await testing.waitFor('stop stays stop', 'Failed');
    await testing.waitFor('no sign becomes its least likely', 'Passed');
    await keyboard.press('F1');
    await type('Perturb: Open Perturbation View');
    await quickInput.item('signs › stop stays stop').waitFor();
    await type('stop stays stop', 'signs › stop stays stop');
    const options = workbench().webview().content.getByRole('listbox', { name: 'Examples' }).getByRole('option');
    await options.nth(1).waitFor();
    await keyboard.moveTo(options.first());
    await keyboard.press('ArrowRight');
    assert.ok(await keyboard.isFocused(options.nth(1)));
    assert.equal(await options.nth(1).getAttribute('aria-selected'), 'true');
    await workbench().screenshot('keyboard');
  });

  it('show the engine, and what to do about it', async () => {
    const { notifications, page } = workbench();
    await workbench().statusItem('Perturb').click();
    await notifications.dialog.getByText(/ONNX Runtime [\d.]+ \(cpu\)/).waitFor();
    assert.match(await notifications.dialog.innerText(), /\(cpu\)\n+Other TensorFlow\.js models/);
    await workbench().screenshot('engine');
    await notifications.answer('Copy Diagnostics');
    await workbench().statusItem('Copied. Paste it into the report.').waitFor();
    const copied = await page.evaluate('navigator.clipboard.readText()');
    assert.match(String(copied), /^Perturb \d/);
    assert.match(String(copied), /\[info\] The engine has started in process \d+/);
    await workbench().runCommand('Perturb: Show Log');
    await workbench().part('panel').getByText('The engine computes with').first().waitFor();
    await workbench().screenshot('log');
  });
});

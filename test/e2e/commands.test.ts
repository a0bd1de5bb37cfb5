import assert from 'node:assert/strict';
import { cp, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'jsonc-parser';
import { writeDemoModel } from '../support/onnx/writeDemoModel.ts';
import { settled } from '../support/vscode/settled.ts';
import { useWorkbench } from '../support/vscode/useWorkbench.ts';

const model = 'models/signs/model.json';

describe('Commands', () => {
  const workbench = useWorkbench();

  it('attack a model on a right-click in one form, with steps and a way back', async () => {
    const { explorer, quickInput, notifications } = workbench();
    await explorer.choose(model, 'Attack Model…');
    await quickInput.title.getByText('Attack model.json (1/3)').waitFor();
    await quickInput.choose('street');
    // Measured while one chooses.
    await quickInput.title.getByText('Attack model.json · clean accuracy: 32 of 32 (2/3)').waitFor();
    const [first, second] = await quickInput.items();
    assert.deepEqual([first, second], ['Auto', 'PGD']);
    await workbench().screenshot('choose-attack');
    await quickInput.choose('FGSM');
    await quickInput.title.getByText('(3/3)').waitFor();
    await quickInput.item('L∞ ≤ 8/255').getByText('at most 8 gray levels of 255').waitFor();
    await workbench().screenshot('choose-strength');
    await quickInput.choose('Another Epsilon in L∞…');
    await quickInput.enterRefused('8/0', '"8/0" divides by zero');
    await quickInput.enterRefused('1/1000', 'less than one gray level');
    await quickInput.back();
    await quickInput.item('L∞ ≤ 8/255').waitFor();
    await quickInput.back();
    await quickInput.title.getByText('(2/3)').waitFor();
    await quickInput.back();
    await quickInput.choose('street');
    await quickInput.choose('FGSM');
    await quickInput.choose('Another Epsilon in L∞…');
    await quickInput.enter('8/255');
    await notifications.gone('Attacking signs › FGSM 8/255 (2)');
    const view = workbench().webview().content;
    await view.getByRole('listbox', { name: 'Examples' }).waitFor();
    await view
      .getByText(/Attacked: 55 of 72 images held; robust accuracy .* 76\.4%/)
      .first()
      .waitFor();
    assert.equal(await view.getByText('Passed', { exact: true }).count(), 0);
    await workbench().screenshot('attack-model');
  });

  it('begin with the answers of the last time', async () => {
    const { explorer, quickInput, keyboard, page } = workbench();
    await explorer.choose(model, 'Attack Model…');
    for (const label of ['street', 'FGSM', 'L∞ ≤ 8/255']) {
      await quickInput.item(label).and(page.locator('.focused')).waitFor();
      if (label !== 'L∞ ≤ 8/255') await keyboard.press('Enter');
    }
    await quickInput.cancel();
  });

  it('save an attack as a test from the view, and find it again after a reload', async () => {
    const { quickInput, notifications } = workbench();
    const settings = path.join(workbench().folder, '.vscode', 'settings.json');
    const original = await readFile(settings, 'utf8');
    await workbench().reload();
    await workbench().runCommand('View: Close All Editors');
    await workbench().runCommand('Perturb: Open Perturbation View');
    await quickInput
      .item('signs › FGSM 8/255 (2)')
      .getByText(/^attacked /)
      .waitFor();
    await quickInput.choose('signs › FGSM 8/255 (2)');
    const view = workbench().webview().content;
    await view.getByRole('button', { name: 'Open Settings' }).click();
    const toast = notifications.toast('“FGSM 8/255 (2)” is no test in the settings.');
    await toast.getByRole('button', { name: 'Save as Test…' }).click();
    await quickInput.enter('0.05');
    await workbench().tab('settings.json').waitFor();
    assert.deepEqual(parse(await readFile(settings, 'utf8'))['perturb.tests']['FGSM 8/255 (2)'], {
      model: 'signs',
      dataset: 'street',
      attack: 'fgsm',
      epsilon: '8/255',
      expect: { robustAccuracy: 0.05 },
    });
    await writeFile(settings, original);
    await workbench().runCommand('View: Close All Editors');
  });

  it('attack an unknown ONNX file on images in class folders within five answers, and measure while one chooses', async () => {
    const { explorer, quickInput, notifications } = workbench();
    const few = path.join(workbench().folder, 'few');
    await writeDemoModel(path.join(workbench().folder, 'models', 'signs.onnx'));
    for (const name of ['stop', 'yield', 'no-entry', 'children', 'roundabout', 'turn-left', 'keep-right']) {
      await cp(path.join(workbench().folder, 'data', 'street', name), path.join(few, name), { recursive: true });
    }
    // A mistake in another test does not matter.
    const settings = path.join(workbench().folder, '.vscode', 'settings.json');
    const original = await readFile(settings, 'utf8');
    await writeFile(settings, original.replace('"attack": "fgsm"', '"attack": "fgms"'));
    const start = performance.now();
    await explorer.choose('models/signs.onnx', 'Attack Model…');
    await quickInput.item('few').getByText('28 images in 7 class folders').waitFor();
    await workbench().screenshot('choose-images');
    await quickInput.choose('few');
    await quickInput.item('[−1, 1], stretched').getByText('28 of 28 correct').waitFor();
    await workbench().screenshot('choose-preprocessing');
    await quickInput.choose('[−1, 1], stretched');
    await quickInput.choose('FGSM');
    await quickInput.choose('L∞ ≤ 8/255');
    await notifications.message('Attacking signs (2) › FGSM 8/255 (2)');
    const view = workbench().webview().content;
    await view.getByRole('listbox', { name: 'Examples' }).waitFor();
    await view
      .getByText(/Attacked: \d+ of 28 images held/)
      .first()
      .waitFor();
    console.log(
      `      from a right-click to the result: ${((performance.now() - start) / 1000).toFixed(1)} s, 4 answers`,
    );
    await workbench().screenshot('attack-onnx');
    await writeFile(settings, original);
  });

  it('attack a SavedModel on a right-click on its folder', async () => {
    const { explorer, quickInput } = workbench();
    const saved = path.join(import.meta.dirname, '..', 'fixtures', 'tensorflow', 'saved', 'plain');
    await cp(saved, path.join(workbench().folder, 'models', 'saved'), { recursive: true });
    await explorer.chooseOnceOffered('models/saved', 'Attack Model…');
    await quickInput.title.getByText('Attack saved').waitFor();
    await quickInput.cancel();
  });

  it('repair labels that are no classes of the model', async () => {
    const { explorer, quickInput, notifications } = workbench();
    await workbench().runCommand('View: Close All Editors');
    const few = path.join(workbench().folder, 'few');
    await rename(path.join(few, 'stop'), path.join(few, 'stop sign'));
    await explorer.choose(model, 'Attack Model…');
    await quickInput.choose('few');
    await quickInput.item('Use Predictions').waitFor();
    await workbench().screenshot('repair-labels');
    await quickInput.choose('Match Names');
    await quickInput.title.getByText('(1/1)').waitFor();
    await quickInput.input.fill('stop');
    await quickInput.choose('stop');
    await quickInput.choose('FGSM');
    await quickInput.choose('L∞ ≤ 8/255');
    await notifications.gone('Attacking signs › FGSM 8/255 (2)');
    await workbench()
      .webview()
      .content.getByText(/Attacked: \d+ of 28 images held/)
      .first()
      .waitFor();
  });

  it('offer to check the preprocessing of a model that is right about few images', async () => {
    const { explorer, quickInput } = workbench();
    await workbench().runCommand('View: Close All Editors');
    const settings = path.join(workbench().folder, '.vscode', 'settings.json');
    const original = await readFile(settings, 'utf8');
    await writeFile(settings, original.replace('"mean": 0.5, "std": 0.5', '"mean": 0, "std": 0.004'));
    await explorer.choose(model, 'Attack Model…');
    await quickInput.choose('street');
    await quickInput.item('Check Preprocessing…').getByText('the model is right about only').waitFor();
    await workbench().screenshot('low-accuracy');
    await quickInput.choose('Check Preprocessing…');
    await quickInput.item('[−1, 1], stretched').getByText('32 of 32 correct').waitFor();
    await quickInput.choose('[−1, 1], stretched');
    await quickInput.title.getByText('clean accuracy: 32 of 32').waitFor();
    await quickInput.cancel();
    await writeFile(settings, original);
  });

  it('forge images of a class from white noise', async () => {
    const { explorer, quickInput, notifications } = workbench();
    await workbench().runCommand('View: Close All Editors');
    await explorer.choose(model, 'Attack Model…');
    await quickInput.item('street').waitFor();
    await quickInput.choose('White noise');
    await quickInput.choose('Forged image');
    await quickInput.choose('L2');
    await quickInput.choose('Quick');
    await quickInput.title.getByText('(5/5)').waitFor();
    await quickInput.input.fill('stop');
    await quickInput.choose('stop');
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
    await quickInput.choose('street');
    await quickInput.title.getByText('(2/').waitFor();
    await quickInput.input.fill('Linear');
    await quickInput.choose('Linear explanation');
    await quickInput.choose('Another Epsilon in L∞…');
    await quickInput.enter('16/255');
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
    await quickInput.choose('street');
    await quickInput.title.getByText('(2/').waitFor();
    await quickInput.input.fill('Carlini');
    await quickInput.choose('Carlini & Wagner');
    await quickInput.choose('L2');
    await quickInput.choose('Paper');
    await notifications.dialog.getByText(/This may take about \d+ (s|min|h) \(images: 72\)\./).waitFor();
    await workbench().screenshot('long-attack');
    await notifications.answer('Cancel');
    await notifications.toast('Attacking').waitFor({ state: 'hidden' });
    assert.equal(await workbench().tab('Carlini & Wagner paper').count(), 0);
  });

  it('cancel an attack from its progress', async () => {
    const { explorer, quickInput, notifications } = workbench();
    await explorer.choose(model, 'Attack Model…');
    await quickInput.choose('street');
    await quickInput.title.getByText('(2/').waitFor();
    await quickInput.input.fill('Carlini');
    await quickInput.choose('Carlini & Wagner');
    await quickInput.choose('L2');
    // It takes minutes: longer than it takes to cancel it on a busy machine.
    await quickInput.choose('Paper');
    await notifications.answer('Attack');
    await notifications.press('Attacking signs › Carlini & Wagner paper', 'Cancel');
    await notifications.toast('Attacking').waitFor({ state: 'hidden' });
    assert.equal(await workbench().tab('Carlini & Wagner paper').count(), 0);
  });

  it('add a robustness test to the settings, from the command palette', async () => {
    const { quickInput, testing } = workbench();
    await workbench().runCommand('Perturb: Add Robustness Test…');
    await quickInput.choose(model);
    await quickInput.choose('street');
    // The list begins with the attack of the last time, and shows only as many as there is room for.
    await quickInput.title.getByText('(2/').waitFor();
    await quickInput.input.fill('FGSM');
    await quickInput.choose('FGSM');
    await quickInput.choose('L∞ ≤ 4/255');
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
    const begin = async (images: string, attack: string) => {
      await workbench().runCommand('View: Close All Editors');
      await workbench().runCommand('Perturb: Add Robustness Test…');
      await quickInput.choose(model);
      await quickInput.choose(images);
      await quickInput.title.getByText('(2/').waitFor();
      await quickInput.input.fill(attack);
      await quickInput.choose(attack);
    };
    const settings = path.join(workbench().folder, '.vscode', 'settings.json');
    const original = await readFile(settings, 'utf8');
    await begin('street', 'Linear explanation');
    await quickInput.choose('L∞ ≤ 8/255');
    await workbench().tab('settings.json').waitFor();
    await begin('street', 'FMN');
    await quickInput.choose('L2');
    await quickInput.choose('Paper');
    await quickInput.message.getByText('Minimum median distance in').waitFor();
    await quickInput.enterRefused('-1', 'Enter a number that is 0 or greater.');
    await quickInput.enter('1.5');
    await workbench().tab('settings.json').waitFor();
    await begin('White noise', 'Forged image');
    await quickInput.choose('L2');
    await quickInput.choose('Quick');
    await quickInput.choose('children');
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

  it('map the space of images of a model', async () => {
    const { quickInput } = workbench();
    await workbench().runCommand('View: Close All Editors');
    await workbench().runCommand('Perturb: Map Image Space…');
    await quickInput.choose('signs');
    await quickInput.choose('street');
    await workbench().tab('Preview image-space.md').waitFor();
    await workbench().webview().content.getByText('White noise').first().waitFor();
    await workbench().screenshot('image-space');
    await workbench().runCommand('View: Close All Editors');
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
    await testing.waitFor('examples of another model', 'Failed');
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
});

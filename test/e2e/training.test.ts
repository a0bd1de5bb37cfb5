import assert from 'node:assert/strict';
import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { applyEdits, modify, parse } from 'jsonc-parser';
import { useWorkbench } from '../support/vscode/useWorkbench.ts';

const model = 'models/signs/model.json';

describe('Training', () => {
  const workbench = useWorkbench();
  const settingsFile = () => path.join(workbench().folder, '.vscode', 'settings.json');
  const settings = async () => parse(await readFile(settingsFile(), 'utf8'));

  /** Writes entries into the settings, as a user does. */
  async function define(...entries: readonly (readonly [place: string[], value: object])[]): Promise<void> {
    const text = await readFile(settingsFile(), 'utf8');
    await writeFile(
      settingsFile(),
      entries.reduce((before, [place, value]) => applyEdits(before, modify(before, place, value, {})), text),
    );
  }

  it('makes a detector on a right-click, shows what it detects, and writes it into the settings', async () => {
    const { explorer, quickInput, notifications } = workbench();
    await explorer.choose(model, 'Train Detector…');
    await quickInput.input.fill('JPEG');
    await quickInput.choose('JPEG consistency');
    await quickInput.choose('street');
    await quickInput.enter('detectors/signs-jpeg');
    const view = workbench().webview().content;
    await view.getByRole('heading', { name: 'Trained' }).waitFor();
    await view.getByRole('row', { name: /^FGSM, L∞ 8\/255 \d+ [01]\.\d{3}/ }).waitFor();
    await notifications.message('signs-jpeg has been trained.');
    assert.deepEqual((await settings())['perturb.detectors'], {
      'signs-jpeg': { kind: 'jpeg', model: 'signs', dataset: 'street', path: 'detectors/signs-jpeg' },
    });
    await access(path.join(workbench().folder, 'detectors', 'signs-jpeg', 'detector.json'));
    await workbench().screenshot('train-detector');
    assert.deepEqual(await workbench().webview().violations(), []);
    await notifications.press('signs-jpeg has been trained.', 'Show Settings');
    await workbench().tab('settings.json').waitFor();
  });

  it('is found again after a reload', async () => {
    await workbench().runCommand('View: Close All Editors');
    await workbench().reload();
    await workbench().runCommand('Perturb: Open Training');
    await workbench().webview().content.getByRole('heading', { name: 'Trained' }).waitFor();
    await workbench()
      .webview()
      .content.getByRole('row', { name: /^FGSM, L∞ 8\/255 / })
      .waitFor();
  });

  it('is shown again after its panel was closed, and begins again from the settings', async () => {
    const { quickInput } = workbench();
    await workbench().runCommand('View: Close All Editors');
    await workbench().runCommand('Perturb: Open Training');
    const heading = workbench().webview().content.getByRole('heading', { name: 'Trained' });
    await heading.waitFor();
    await workbench().runCommand('View: Close All Editors');
    const before = await readFile(settingsFile(), 'utf8');
    await workbench().runCommand('Perturb: Train Detector…');
    await quickInput.choose(model);
    await quickInput.choose('signs-jpeg');
    await heading.waitFor();
    assert.equal(await readFile(settingsFile(), 'utf8'), before);
  });

  it('asks which attacks a detector learns from, and can be cancelled from its notification', async () => {
    const { explorer, quickInput, notifications } = workbench();
    await workbench().runCommand('View: Close All Editors');
    await explorer.choose(model, 'Train Detector…');
    await quickInput.input.fill('Detector subnetwork');
    await quickInput.choose('Detector subnetwork');
    await quickInput.choose('Quick');
    await quickInput.choose('street');
    await quickInput.item('FGSM and PGD at 8/255').waitFor();
    await quickInput.choose('Choose Attacks…');
    // What takes minutes is not over before it is canceled.
    await quickInput.input.fill('Auto');
    await quickInput.choose('Auto');
    await quickInput.accept();
    await quickInput.title.getByText('Epsilon for Auto').waitFor();
    await quickInput.enter('1/255');
    await quickInput.accept();
    await notifications.press('Training signs-subnetwork', 'Cancel');
    await notifications.toast('Training signs-subnetwork').waitFor({ state: 'hidden' });
    await workbench().webview().content.getByRole('heading', { name: 'Canceled' }).waitFor();
    assert.deepEqual((await settings())['perturb.detectors']['signs-subnetwork'], {
      kind: 'subnetwork',
      model: 'signs',
      dataset: 'street',
      path: 'detectors/signs-subnetwork',
      attacks: [{ attack: 'auto', epsilon: '1/255' }],
    });
  });

  it('gives a test a detector, and shows both attackers', async () => {
    const { testing } = workbench();
    await workbench().runCommand('View: Close All Editors');
    await define([
      ['perturb.tests', 'guarded'],
      {
        model: 'signs',
        dataset: 'street',
        attack: 'fgsm',
        epsilon: '8/255',
        detector: 'signs-jpeg',
        attacker: 'unaware',
        expect: { robustAccuracy: 1 },
      },
    ]);
    await testing.open();
    await testing.expandAll();
    await testing.run('guarded');
    await testing.waitFor('guarded', 'Failed');
    await testing.clickAction('guarded', 'Open Perturbation View');
    const view = workbench().webview().content;
    await view.getByText(/^Adaptive attacker: robust accuracy/).waitFor();
    await view.getByRole('img', { name: /unaware: AUROC/ }).waitFor();
    await workbench().screenshot('detector-in-view');

    const runs = path.join(workbench().folder, '.perturb', 'runs');
    const file = path.join(runs, (await readdir(runs)).sort().at(-1) as string, 'report.json');
    const report = JSON.parse(await readFile(file, 'utf8'));
    report.tests[0].findings = [{ check: 'zero-gradients', message: 'The gradient is zero on some images.' }];
    await writeFile(file, JSON.stringify(report));
    await workbench().runCommand('View: Close All Editors');
    await testing.clickAction('guarded', 'Open Perturbation View');
    await view
      .getByRole('region', { name: 'Audit' })
      .locator('summary', { hasText: 'The gradient is zero on some images.' })
      .click();
    await view.getByRole('button', { name: 'What it means and what to do' }).click();
    await workbench().tab('Preview zero-gradients.md').waitFor();
  });

  it('hardens a model, is followed and cancelled in its panel, and adds the result to the models', async () => {
    const { explorer, quickInput, notifications } = workbench();
    await workbench().runCommand('View: Close All Editors');
    const defense = (epochs: number) => ({
      kind: 'fast',
      model: 'signs',
      dataset: 'few',
      path: 'models/tiny',
      parameters: { epsilon: '2/255', epochs, batchSize: 8, learningRate: 0.0001 },
    });
    await define(
      [['perturb.datasets', 'few'], { path: 'data/street', labels: 'folders', limit: 36 }],
      [['perturb.defenses', 'tiny'], defense(500)],
    );
    await explorer.choose(model, 'Harden Model…');
    await quickInput.choose('tiny');
    await notifications.toast('Training tiny').waitFor();
    await workbench().runCommand('View: Close All Editors');
    // The link brings the panel back.
    await notifications.toast('Training tiny').getByRole('link', { name: 'tiny' }).click();
    const view = workbench().webview().content;
    await view.getByRole('img', { name: /Robust accuracy [\d.]+%/ }).waitFor();
    await workbench().screenshot('harden-model');
    await view.getByRole('button', { name: 'Cancel' }).click();
    await view.getByRole('heading', { name: 'Canceled' }).waitFor();
    await notifications.toast('Training tiny').waitFor({ state: 'hidden' });

    await define([['perturb.defenses', 'brief'], { ...defense(1), path: 'models/brief' }]);
    await workbench().runCommand('View: Close All Editors');
    await explorer.choose(model, 'Harden Model…');
    await quickInput.choose('brief');
    await view.getByRole('heading', { name: 'Trained' }).waitFor();
    await workbench().screenshot('hardened-model');
    await view.getByRole('button', { name: /card/ }).click();
    await workbench().tab('Preview card.md').waitFor();
    await notifications.press('brief has been trained.', 'Add to Models');
    await workbench().tab('settings.json').waitFor();
    assert.deepEqual((await settings())['perturb.models'].brief, {
      ...(await settings())['perturb.models'].signs,
      path: 'models/brief/model.json',
    });
  });

  it('trains a generator, and shows what it draws', async () => {
    const { explorer, quickInput } = workbench();
    await workbench().runCommand('View: Close All Editors');
    await define(
      [['perturb.datasets', 'few'], { path: 'data/street', labels: 'folders', limit: 36 }],
      [
        ['perturb.generators', 'painter'],
        {
          kind: 'dcgan',
          model: 'signs',
          dataset: 'few',
          path: 'generators/painter',
          parameters: { latent: 4, epochs: 2, batchSize: 12 },
        },
      ],
    );
    await explorer.choose(model, 'Train Generator…');
    await quickInput.choose('painter');
    const view = workbench().webview().content;
    await view.getByRole('heading', { name: 'Trained' }).waitFor();
    await view.getByRole('img', { name: /^Samples of the generator/ }).waitFor();
    await workbench().screenshot('generator');
    await workbench().notifications.toast('painter has been trained. The model recognizes').waitFor();

    // What it draws is compared with what is forged.
    await workbench().runCommand('View: Close All Editors');
    await workbench().runCommand('Perturb: Map Image Space…');
    await quickInput.choose('signs');
    await quickInput.choose('few');
    await quickInput.choose('painter');
    await workbench().tab('Preview image-space.md').waitFor();
    await view.getByText('the generator painter draws').waitFor();
  });
});

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { startHost } from '../support/vscode/startHost.ts';
import { Workbench } from '../support/vscode/workbench.ts';
import { extensionFolder } from '../support/vscode/workspace.ts';

describe('An empty window', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = new Workbench(await startHost({ extensions: [extensionFolder] }));
    await workbench.host.open();
  });

  after(() => workbench.host.stop());

  /** The button of a notification that stays until it is answered. */
  const button = (text: string, name: string) =>
    workbench.notifications.toast(text).getByRole('button', { name, exact: true });

  it('offers a file dialog and the demo to commands that need a model', async () => {
    const { quickInput } = workbench;
    const missing = 'There is no model in this window yet.';
    const commands = [
      'Attack Model…',
      'Add Robustness Test…',
      'Check Preprocessing…',
      'Train Detector…',
      'Harden Model…',
    ];
    for (const command of commands) {
      await workbench.runCommand(`Perturb: ${command}`);
      await button(missing, 'Open Demo Workspace').waitFor();
      await button(missing, 'Choose Model…').click();
      // The dialog of the server build asks for a path.
      await quickInput.title.getByText('Model').waitFor();
      await quickInput.cancel();
    }
  });

  it('offers what leads to results where there are none', async () => {
    const { notifications } = workbench;
    const offered = async (text: string, name: string) => (await notifications.button(text, name)).waitFor();
    await workbench.runCommand('Perturb: Open Training');
    await offered('Nothing has been trained in this workspace yet.', 'Train Detector…');
    await workbench.runCommand('Perturb: Open Perturbation View');
    await notifications.press('There are no results yet. Attack a model first.', 'Attack Model…');
    await offered('There is no model in this window yet.', 'Open Demo Workspace');
    await workbench.screenshot('no-model');
    await workbench.runCommand('Notifications: Clear All Notifications');
  });

  it('opens a copy of the demo from its first button, and shows what fools the model after one more click', async () => {
    const { page, testing, notifications } = workbench;
    await workbench.explorer.open();
    await workbench.part('sidebar').getByRole('button', { name: 'Open Demo Workspace' }).click();
    const start = performance.now();
    // The window is loaded anew with the folder; until then, what is clicked would be the views of the empty one.
    await page.waitForURL(/[?&]folder=/);
    const folder = new URL(page.url()).searchParams.get('folder')?.replace(/^[\w-]+:\/\/[^/]*/, '') ?? '';
    const demo = path.join(extensionFolder, 'media', 'demo');
    assert.notEqual(folder, demo, 'the extension’s own folder is opened');
    assert.deepEqual(await readdir(folder), await readdir(demo));
    // Nobody has opened the Testing view, or expanded what is in it.
    await testing.waitFor('FGSM 2/255', 'Not yet run');
    await workbench.screenshot('demo');
    await button('Run them to see what fools it.', 'Run').click();
    const view = workbench.webview().content;
    const fooled = view.getByRole('listbox', { name: 'Examples' }).getByRole('option', { name: / predicted as / });
    await fooled.first().waitFor();
    const seconds = (performance.now() - start) / 1000;
    console.log(`      from the demo’s button to a fooled image: ${seconds.toFixed(1)} s`);
    await workbench.screenshot('demo-fooled');
    await testing.expandAll();
    await testing.waitFor('examples of another model', 'Failed');
    assert.equal(await notifications.toast('Failed tests').count(), 0);
  });

  it('offers to show what fooled a model at the end of any other run', async () => {
    const { testing } = workbench;
    await workbench.runCommand('View: Close All Editors');
    await testing.run('stop stays stop');
    const show = button('Failed tests: 1 of 1.', 'Show What Fooled It');
    await show.waitFor();
    await workbench.screenshot('what-fooled');
    await show.click();
    await workbench
      .webview()
      .content.getByRole('option', { name: /^stop predicted as yield/ })
      .first()
      .waitFor();
  });
});

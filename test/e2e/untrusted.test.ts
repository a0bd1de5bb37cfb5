import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { cliFile } from '../support/program.ts';
import { settled } from '../support/vscode/settled.ts';
import { startHost } from '../support/vscode/startHost.ts';
import { Workbench } from '../support/vscode/workbench.ts';
import { copyWorkspace, extensionFolder, type WorkspaceCopy } from '../support/vscode/workspace.ts';

describe('A workspace that is not trusted', () => {
  let workspace: WorkspaceCopy;
  let workbench: Workbench;

  before(async () => {
    workspace = await copyWorkspace();
    // A former run, as a colleague may have left it.
    for (const test of ['FGSM 2/255', 'stop stays stop']) {
      // The latter fails, which makes the exit code 1.
      await promisify(execFile)(process.execPath, [cliFile, 'run', workspace.folder, '--test', test]).catch(() => {});
    }
    const runs = path.join(workspace.folder, '.perturb', 'runs');
    const [, last = assert.fail()] = (await readdir(runs)).sort();
    const lines = path.join(runs, last, 'examples.jsonl');
    await writeFile(lines, (await readFile(lines, 'utf8')).replace('"images/', '"images/../../../../secret/'));
    workbench = new Workbench(await startHost({ extensions: [extensionFolder], workspaceTrust: true }));
    await workbench.open(workspace.folder);
  });

  after(async () => {
    await workbench.host.stop();
    await workspace.remove();
  });

  it('lists its tests with their former results', async () => {
    const { testing } = workbench;
    await testing.open();
    await testing.expandAll();
    await testing.waitFor('FGSM 2/255', 'Passed');
    await testing.waitFor('FGSM 8/255', 'Not yet run');
    await testing.clickAction('FGSM 2/255', 'Open Perturbation View');
    await workbench.webview().content.getByRole('listbox', { name: 'Examples' }).waitFor();
  });

  it('shows nothing of a former run that was tampered with, and says where', async () => {
    const { testing } = workbench;
    await testing.open();
    await testing.clickAction('stop stays stop', 'Open Perturbation View');
    const { content } = workbench.webview();
    await content.getByText(/examples\.jsonl, line 1, is damaged.*originalImage is not what a run writes/).waitFor();
  });

  it('runs nothing', async () => {
    const { testing, page, quickInput, notifications } = workbench;
    assert.equal(await testing.row('FGSM 2/255').locator('a.action-label[aria-label^="Run Test"]').count(), 0);
    await settled(page);
    await page.keyboard.press('F1');
    await quickInput.input.fill('>Perturb: ');
    await quickInput.item('Perturb: Add Robustness Test…').waitFor();
    const offered = await quickInput.items();
    for (const command of ['Attack Model…', 'Train Detector…', 'Harden Model…']) {
      assert.ok(!offered.includes(`Perturb: ${command}`), command);
    }
    await quickInput.cancel();
    await workbench.statusItem('Perturb').click();
    const toast = notifications.toast('Trust this workspace to start the engine.');
    await toast.getByRole('button', { name: 'Manage Workspace Trust' }).waitFor();
  });
});

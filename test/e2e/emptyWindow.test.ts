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

  it('offers the demo workspace, and opens a copy of it', async () => {
    const welcome = workbench.part('sidebar').getByRole('button', { name: 'Open Demo Workspace' });
    await workbench.explorer.open();
    await welcome.click();
    // The window is loaded anew with the folder; until then, what is clicked would be the views of the empty one.
    await workbench.page.waitForURL(/[?&]folder=/);
    const folder = new URL(workbench.page.url()).searchParams.get('folder')?.replace(/^[\w-]+:\/\/[^/]*/, '') ?? '';
    const demo = path.join(extensionFolder, 'media', 'demo');
    assert.notEqual(folder, demo, 'the extension’s own folder is opened');
    assert.deepEqual(await readdir(folder), await readdir(demo));
    await workbench.testing.open();
    await workbench.testing.expandAll();
    await workbench.testing.waitFor('FGSM 2/255', 'Not yet run');
  });
});

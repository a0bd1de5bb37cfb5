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
    // The window is loaded anew with the folder.
    await workbench.page.waitForURL(/[?&]folder=[^&]*demo/);
    // Until the window is loaded anew, what is clicked would still be the views of the empty one.
    await workbench.page.waitForURL(/[?&]folder=/);
    await workbench.testing.open();
    await workbench.testing.expandAll();
    await workbench.testing.waitFor('FGSM 2/255', 'Not yet run');
  });
});

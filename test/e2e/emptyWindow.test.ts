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
    await workbench.testing.open();
    await workbench.testing.expandAll();
    await workbench.testing.waitFor('FGSM 2/255', 'Not yet run');
  });
});

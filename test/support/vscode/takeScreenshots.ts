// `npm run screenshots`: the pictures of the README, taken in a real VS Code with the demo.
import path from 'node:path';
import { repository } from './provision.ts';
import { startHost } from './startHost.ts';
import { Workbench } from './workbench.ts';
import { copyWorkspace, extensionFolder } from './workspace.ts';

const workspace = await copyWorkspace();
const host = await startHost({ extensions: [extensionFolder], viewport: { width: 1280, height: 800 }, scale: 1.5 });
try {
  const workbench = new Workbench(host);
  const { page, testing } = workbench;
  const shoot = (name: string) => page.screenshot({ path: path.join(repository, 'media', 'readme', `${name}.png`) });
  await workbench.open(workspace.folder);
  await testing.open();
  await testing.expandAll();
  await testing.runAll();
  await testing.waitFor('stop stays stop', 'Failed');
  await testing.waitFor('examples of another model', 'Failed');
  await workbench.runCommand('Notifications: Clear All Notifications');
  await testing.row('I-FGSM curve').dblclick();
  await workbench
    .part('panel')
    .getByRole('button', { name: /^(Close|Hide) Panel/ })
    .first()
    .click();
  const link = page.getByRole('link', { name: 'Open Perturbation View' });
  await link.waitFor();
  await page.mouse.move(700, 760);
  await shoot('test-explorer');
  await link.click();
  const view = workbench.webview().content;
  await view.getByRole('listbox', { name: 'Examples' }).waitFor();
  await workbench.runCommand('View: Toggle Primary Side Bar Visibility');
  await view.locator('label', { has: view.getByRole('radio', { name: /^Fooled/ }) }).click();
  const stop = view.getByRole('option', { name: /^no-entry predicted as stop/ }).first();
  await view.getByRole('combobox', { name: 'Label' }).selectOption({ index: 3 });
  await stop.click();
  await shoot('perturbation-view');
  await workbench.setTheme('dark');
  await shoot('perturbation-view-dark');
} finally {
  await host.stop();
  await workspace.remove();
}

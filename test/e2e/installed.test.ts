import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { useWorkbench } from '../support/vscode/useWorkbench.ts';
import { extensionFolder } from '../support/vscode/workspace.ts';

describe('VS Code with the extension', () => {
  const workbench = useWorkbench();

  it('lists it as installed', async () => {
    const manifest = JSON.parse(await readFile(path.join(extensionFolder, 'package.json'), 'utf8'));
    await workbench().runCommand('Extensions: Show Installed Extensions');
    const entries = workbench().part('sidebar').locator('.extension-list-item .name');
    await entries.getByText(manifest.displayName, { exact: true }).waitFor();
  });

  it('asks for nothing beyond this machine', () => {
    assert.deepEqual(workbench().host.blocked, []);
  });
});

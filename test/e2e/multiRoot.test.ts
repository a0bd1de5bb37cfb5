import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startHost } from '../support/vscode/startHost.ts';
import { Workbench } from '../support/vscode/workbench.ts';
import { extensionFolder, workspaceFolder } from '../support/vscode/workspace.ts';

describe('A workspace of two folders', () => {
  let parent: string;
  let workbench: Workbench;

  before(async () => {
    parent = await mkdtemp(path.join(tmpdir(), 'perturb-roots-'));
    for (const name of ['one', 'two']) {
      await mkdir(path.join(parent, name));
      await cp(workspaceFolder, path.join(parent, name), { recursive: true });
    }
    const settings = path.join(parent, 'two', '.vscode', 'settings.json');
    await writeFile(settings, (await readFile(settings, 'utf8')).replaceAll('FGSM 2/255', 'FGSM of the second'));
    const file = path.join(parent, 'both.code-workspace');
    await writeFile(file, JSON.stringify({ folders: [{ path: 'one' }, { path: 'two' }] }));
    workbench = new Workbench(await startHost({ extensions: [extensionFolder] }));
    await workbench.open(file);
  });

  after(async () => {
    await workbench.host.stop();
    await rm(parent, { recursive: true, force: true });
  });

  it('lists and runs the tests of both', async () => {
    const { testing } = workbench;
    await testing.open();
    await testing.expandAll();
    await testing.waitFor('FGSM 2/255');
    await testing.run('FGSM of the second');
    await testing.waitFor('FGSM of the second', 'Passed');
    const [run] = await readdir(path.join(parent, '.perturb', 'runs'));
    const report = JSON.parse(
      await readFile(path.join(parent, '.perturb', 'runs', String(run), 'report.json'), 'utf8'),
    );
    assert.equal(report.tests[0].model.path, path.join(parent, 'two', 'models', 'signs', 'model.json'));
  });
});

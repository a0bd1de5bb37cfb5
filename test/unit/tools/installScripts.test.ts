import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

const read = async (name: string) =>
  JSON.parse(await readFile(path.join(import.meta.dirname, '../../..', name), 'utf8'));

describe('npm ci', () => {
  // Npm 11 goes by "allowScripts" in package.json; npm 10, which does not know it, by the lock file.
  it('runs no install script but those that are allowed, in any version of npm', async () => {
    const { packages } = await read('package-lock.json');
    const { allowScripts } = await read('package.json');
    const run = Object.entries<{ readonly hasInstallScript?: boolean }>(packages)
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([folder]) => folder.replace(/^.*node_modules\//, ''));
    const others = run.filter((name) => !allowScripts[name]);
    assert.deepEqual(others, [], 'take "hasInstallScript" of these out of package-lock.json');
  });
});

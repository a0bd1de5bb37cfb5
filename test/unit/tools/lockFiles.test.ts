import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** What a lock file says of a package. */
interface Entry {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

const root = path.join(import.meta.dirname, '..', '..', '..');
const files = ['package-lock.json', 'src/models/tfjs/native/packages/package-lock.json'];

async function entriesOf(file: string): Promise<[string, Entry][]> {
  const { packages } = JSON.parse(await readFile(path.join(root, file), 'utf8')) as { packages: Record<string, Entry> };
  // The first is the project itself.
  return Object.entries(packages).filter(([place]) => place !== '');
}

describe('lock files', () => {
  for (const file of files) {
    it(`have a hash of every package, and name no host: ${file}`, async () => {
      const entries = await entriesOf(file);
      assert.ok(entries.length > 100);
      const unsafe = entries.filter(
        ([, { integrity, resolved, link }]) =>
          link || resolved !== undefined || !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? ''),
      );
      assert.deepEqual(unsafe, [], `run npm install --package-lock-only, with these packages removed from ${file}`);
    });
  }

  it('have no install scripts but those that CONTRIBUTING.md gives a reason for', async () => {
    const entries = (await Promise.all(files.map(entriesOf))).flat();
    const scripts = entries
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([place]) => place.replace(/^.*node_modules\//, ''));
    const text = await readFile(path.join(root, '.github', 'CONTRIBUTING.md'), 'utf8');
    const [, table = ''] = /\| install script of \|.*\n\|.*\n((?:\|.*\n)+)/.exec(text) ?? [];
    const listed = [...table.matchAll(/^\| `(.+)` \| .+ \|$/gm)].map(([, name]) => name);
    assert.deepEqual([...new Set(scripts)].sort(), listed.sort());
  });

  it('are installed from without install scripts', async () => {
    assert.match(await readFile(path.join(root, '.npmrc'), 'utf8'), /^ignore-scripts=true$/m);
  });
});

import assert from 'node:assert/strict';
import path from 'node:path';
import { billOfMaterials } from '../../../src/tools/billOfMaterials.ts';
import { noticesDocument } from '../../../src/tools/noticesDocument.ts';
import { bundledPackages, shippedPackages } from '../../../src/tools/shippedPackages.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const root = path.join(import.meta.dirname, '..', '..', '..');

describe('third-party notices', () => {
  const folder = temporaryFolder();

  /**
   * A project with packages, by folder: what the lock file says of each, its manifest, and its other files. It needs those
   * that are in its own node_modules and not marked.
   */
  async function project(
    packages: Readonly<Record<string, { lock?: object; manifest?: object; files?: Readonly<Record<string, string>> }>>,
    inputs: Readonly<Record<string, readonly string[]>> = {},
  ): Promise<string> {
    const locks = Object.fromEntries(Object.entries(packages).map(([place, { lock = {} }]) => [place, lock]));
    const own = Object.keys(packages).filter((place) => place.lastIndexOf('node_modules') === 0);
    const needed = own.filter((place) => Object.keys(locks[place] ?? {}).every((key) => !/dev|optional$/.test(key)));
    const dependencies = Object.fromEntries(needed.map((place) => [place.slice('node_modules/'.length), '*']));
    await folder.write('package-lock.json', JSON.stringify({ packages: { '': { dependencies }, ...locks } }));
    await folder.write('dist/inputs.json', JSON.stringify(inputs));
    for (const [place, { manifest, files = {} }] of Object.entries(packages)) {
      if (manifest) await folder.write(`${place}/package.json`, JSON.stringify({ version: '1.0.0', ...manifest }));
      for (const [name, text] of Object.entries(files)) await folder.write(`${place}/${name}`, text);
    }
    return folder.at();
  }
  const notices = async (...args: Parameters<typeof project>) =>
    noticesDocument(await shippedPackages(await project(...args)));

  it('name what runs and what is bundled, with versions, licenses and their texts, and nothing else', async () => {
    const text = await notices(
      {
        'node_modules/@a/runs': {
          lock: { dependencies: { inner: '*', '@a/runs': '*' }, optionalDependencies: { elsewhere: '*' } },
          manifest: { name: '@a/runs', license: 'MIT', repository: { url: 'git+https://example.com/runs.git' } },
          files: { 'license.md': 'the text of runs', NOTICE: 'the notice of runs' },
        },
        'node_modules/@a/runs/node_modules/inner': {
          manifest: { name: 'inner', license: '(MIT OR GPL-3.0-only)' },
          files: { COPYING: 'the text of inner' },
        },
        'node_modules/bundled': {
          lock: { dev: true },
          manifest: { name: 'bundled', license: 'Apache-2.0 AND ISC' },
          files: { 'LICENSE.txt': 'the text of bundled' },
        },
        'node_modules/tool': { lock: { dev: true }, manifest: { name: 'tool', license: 'GPL-3.0-only' } },
        'node_modules/elsewhere': { lock: { optional: true, dependencies: { left: '*' } } },
        // Some versions of npm install what only a package for other platforms needs.
        'node_modules/left': {
          lock: { optional: true },
          manifest: { name: 'left', license: 'GPL-3.0-only' },
        },
      },
      { 'cli.js': ['src/cli/main.ts', 'node_modules/bundled/dist/index.js'] },
    );
    assert.ok(text.includes('@a/runs 1.0.0\nLicense: MIT\nSource: https://example.com/runs.git\n\nthe notice of runs'));
    for (const name of ['runs', 'inner', 'bundled']) assert.ok(text.includes(`the text of ${name}\n`), name);
    assert.ok(!/\n(?:tool|elsewhere|left) /.test(text));
  });

  for (const license of ['GPL-3.0-only', 'MIT AND GPL-2.0-only', 'SEE LICENSE IN x', 'LGPL-3.0-or-later', undefined]) {
    it(`are refused for a package with the license ${license}`, async () => {
      const greedy = { manifest: { name: 'greedy', license }, files: { LICENSE: 'give' } };
      const made = notices({ 'node_modules/greedy': greedy });
      await rejectsWith(made, 'greedy 1.0.0 has the license ', license ?? '(none)', 'src/tools/licenseTexts.ts');
    });
  }

  it('name every package without a license text', async () => {
    const silent = ['one', 'two'].map((name) => [`node_modules/${name}`, { manifest: { name, license: 'MIT' } }]);
    const made = notices(Object.fromEntries(silent));
    await rejectsWith(made, 'one 1.0.0 has no license text', 'two 1.0.0 has no license text', folder.at());
  });

  it('are refused where a package is not installed, or nothing is built', async () => {
    await rejectsWith(notices({ 'node_modules/absent': {} }), path.join('node_modules', 'absent'), 'Run "npm ci"');
    await rejectsWith(shippedPackages(folder.at('none')), 'package-lock.json cannot be read');
  });

  it('of the command line name what is in its own files, and nothing that only the page has', async () => {
    const names = (await bundledPackages(root, ['cli.js', 'engine.js'])).map(({ name }) => name);
    for (const name of ['ajv', 'birpc', 'pure-rand']) assert.ok(names.includes(name), name);
    for (const name of ['uplot', 'sharp', 'commander']) assert.ok(!names.includes(name), name);
  });

  it("of Perturb say where libvips' source is, and that it can be replaced", async () => {
    const packages = await shippedPackages(root);
    const names = packages.map(({ name }) => name);
    for (const name of ['sharp', 'onnxruntime-node', '@tensorflow/tfjs-core', 'ajv', 'uplot']) {
      assert.ok(names.includes(name), name);
    }
    for (const name of ['typescript', 'mocha', 'esbuild']) assert.ok(!names.includes(name), name);
    const text = await noticesDocument(packages);
    const [, part = ''] = /\n(@img\/sharp-(?:libvips|win32)-[\s\S]*?)\n={80}\n/.exec(text) ?? [];
    for (const words of [
      'LGPL-3.0-or-later\n',
      'https://github.com/lovell/sharp-libvips',
      'linked dynamically',
      'in its place',
      '| glib ',
      'GNU LESSER GENERAL PUBLIC LICENSE',
      'GNU GENERAL PUBLIC LICENSE',
    ]) {
      assert.ok(part.includes(words), words);
    }
    assert.ok(
      /\nonnxruntime-node \S+\nLicense: MIT\n.*\n\nCopyright \(c\) Microsoft Corporation\n\nMIT License\n/.test(text),
    );
    assert.ok(!/<copyright holders>|ISC DISCLAIMS|Internet Systems Consortium/.test(text));
  });
});

describe('the software bill of materials', () => {
  it('lists the same packages as the notices, with hashes and licenses, in CycloneDX 1.6', async () => {
    const packages = await shippedPackages(root);
    const bill = await billOfMaterials(root, packages);
    assert.equal(bill.specVersion, '1.6');
    assert.equal(bill.metadata.component.name, 'perturb');
    const keys = (list: readonly { name: string; version: string }[]) =>
      [...new Set(list.map(({ name, version }) => `${name}@${version}`))].sort();
    assert.deepEqual(keys(bill.components), keys(packages));
    assert.deepEqual(
      bill.components.filter((one) => !('hashes' in one && 'licenses' in one)),
      [],
    );
    const refs = new Set(bill.components.map((one) => one['bom-ref']));
    assert.ok(bill.dependencies.every(({ dependsOn }) => dependsOn.every((ref) => refs.has(ref))));
    const uplot = bill.components.find(({ name }) => name === 'uplot');
    assert.equal(uplot?.scope, 'required');
    await rejectsWith(
      billOfMaterials(root, [{ name: 'stranger', version: '1.0.0', license: 'MIT', source: '', folder: root }]),
      'stranger@1.0.0',
      'npm ci',
    );
  });
});

import assert from 'node:assert/strict';
import { access, cp, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { applyEdits, modify } from 'jsonc-parser';
import { EngineClient } from '../../src/engine/client.ts';
import type { EngineLocation, RunReport } from '../../src/reports/report.ts';
import { filesIn, packageExtension } from '../../src/tools/packageExtension.ts';
import { stage } from '../../src/tools/stage.ts';
import { type TargetName, targetHere } from '../../src/tools/targets.ts';
import { demoVerdicts, verdictsIn } from '../support/demoVerdicts.ts';
import { builtProgram, start } from '../support/program.ts';
import { repository } from '../support/vscode/provision.ts';
import { type Host, startHost } from '../support/vscode/startHost.ts';
import { Workbench } from '../support/vscode/workbench.ts';
import { copyWorkspace, type WorkspaceCopy } from '../support/vscode/workspace.ts';
import { filesOf } from './filesOf.ts';
import { orSkip } from './orSkip.ts';

/** What every package has, whatever it is for. */
const shared = [
  'package.json',
  'THIRD_PARTY_NOTICES',
  'sbom.json',
  'media/icon.png',
  'media/l10n/bundle.l10n.json',
  'media/demo/.vscode/settings.json',
  'media/demos/faces/.vscode/settings.json',
  'dist/cli.js',
  'dist/engine.js',
  'dist/onnxThread.js',
  'dist/extension.js',
  'dist/webview.js',
  'dist/training.css',
  'dist/node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm',
  'dist/node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
  'dist/node_modules/sharp/LICENSE',
];

/** The native files, and the WebAssembly of sharp, that the packages for these targets have. */
const native: Partial<Record<TargetName, readonly RegExp[]>> = {
  'linux-x64': [
    /^@img\/sharp-libvips-linux-x64\/lib\/libvips-cpp\.so\.[\d.]+$/,
    /^@img\/sharp-linux-x64\/lib\/sharp-linux-x64-[\d.]+\.node$/,
    /^onnxruntime-node\/bin\/napi-v\d\/linux\/x64\/libonnxruntime\.so\.1$/,
    /^onnxruntime-node\/bin\/napi-v\d\/linux\/x64\/onnxruntime_binding\.node$/,
  ],
  'win32-x64': [
    /^@img\/sharp-win32-x64\/lib\/libvips-42\.dll$/,
    /^@img\/sharp-win32-x64\/lib\/libvips-cpp-[\d.]+\.dll$/,
    /^@img\/sharp-win32-x64\/lib\/sharp-win32-x64-[\d.]+\.node$/,
    /^onnxruntime-node\/bin\/napi-v\d\/win32\/x64\/DirectML\.dll$/,
    /^onnxruntime-node\/bin\/napi-v\d\/win32\/x64\/dxcompiler\.dll$/,
    /^onnxruntime-node\/bin\/napi-v\d\/win32\/x64\/dxil\.dll$/,
    /^onnxruntime-node\/bin\/napi-v\d\/win32\/x64\/onnxruntime\.dll$/,
    /^onnxruntime-node\/bin\/napi-v\d\/win32\/x64\/onnxruntime_binding\.node$/,
  ],
  'darwin-arm64': [
    /^@img\/sharp-darwin-arm64\/lib\/sharp-darwin-arm64-[\d.]+\.node$/,
    /^@img\/sharp-libvips-darwin-arm64\/lib\/libvips-cpp\.[\d.]+\.dylib$/,
    /^onnxruntime-node\/bin\/napi-v\d\/darwin\/arm64\/libonnxruntime\.1\.dylib$/,
    /^onnxruntime-node\/bin\/napi-v\d\/darwin\/arm64\/onnxruntime_binding\.node$/,
  ],
  universal: [/^@img\/sharp-wasm32\/lib\/sharp-wasm32-[\d.]+\.node\.wasm$/],
};

/** Asserts that the files of a package are those for its target: all that is needed, and nothing else. */
function checkFiles(target: TargetName, files: readonly string[]): void {
  const missing = shared.filter((name) => !files.includes(name));
  assert.deepEqual(missing, []);
  const astray =
    /\.map$|\.tsx?$|\.[cm]ts$|(?:^|\/)(?:src|test|\.cache)\/(?!.*node_modules)|\.vsix$|package-lock\.json$/;
  const modules = 'dist/node_modules/';
  assert.deepEqual(
    files.filter((name) => astray.test(name) && !name.startsWith(modules)),
    [],
  );
  assert.deepEqual(
    files.filter((name) => name.startsWith(modules) && /\.map$|\.[cm]?tsx?$/.test(name)),
    [],
  );
  const libraries = files
    .filter((name) => /\.(?:node|dll|dylib)$|\.so(?:\.\d+)*$|sharp-wasm32.*\.wasm$/.test(name))
    .map((name) => name.slice(modules.length));
  const expected = native[target] ?? [];
  const text = `${target}:\n${libraries.join('\n')}`;
  assert.equal(libraries.length, expected.length, text);
  for (const pattern of expected)
    assert.ok(
      libraries.some((name) => pattern.test(name)),
      `${pattern}, ${text}`,
    );
}

describe('The extension as it is installed', () => {
  const target = targetHere();
  let temporary: string;
  let vsix: string;
  let workspace: WorkspaceCopy;
  let host: Host;
  let workbench: Workbench;
  /** Where VS Code has put the extension. */
  let extension: string;
  builtProgram();

  before(async () => {
    temporary = await mkdtemp(path.join(await realpath(tmpdir()), 'perturb-installed-'));
    ({ file: vsix } = await packageExtension(repository, target, temporary));
    workspace = await copyWorkspace();
    await define(['perturb.detectors', 'net'], {
      kind: 'classifier',
      model: 'signs',
      dataset: 'street',
      path: 'detectors/net',
      attacks: [{ attack: 'ifgsm', epsilon: '8/255' }],
      parameters: { epochs: 2 },
    });
    // The audit takes most of the time, and is tested elsewhere.
    host = await startHost({ vsix: [vsix], settings: { 'perturb.audit': false } });
    const extensions = path.join(host.server.dataFolder, 'extensions');
    const [name] = (await readdir(extensions)).filter((one) => one.startsWith('perturb.perturb-'));
    extension = path.join(extensions, String(name));
  });
  after(async () => {
    await host?.stop();
    await workspace?.remove();
    await rm(temporary, { recursive: true, force: true, maxRetries: 5 });
  });

  /** Adds to the settings of the workspace, before it is opened. */
  async function define(place: readonly string[], value: object): Promise<void> {
    const file = path.join(workspace.folder, '.vscode', 'settings.json');
    const text = await readFile(file, 'utf8');
    await writeFile(file, applyEdits(text, modify(text, [...place], value, {})));
  }

  /** Processes of the installed engine, as the operating system lists them. */
  async function engines(): Promise<string[]> {
    const found: string[] = [];
    for (const name of (await readdir('/proc')).filter((one) => /^\d+$/.test(one))) {
      const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
      if (command.includes(path.join(extension, 'dist', 'engine.js'))) found.push(name);
    }
    return found;
  }

  it('has what this platform needs, and nothing else', async () => {
    const prefix = 'extension/';
    const names = (await filesIn(vsix)).map(({ name }) => name).filter((name) => name.startsWith(prefix));
    checkFiles(
      target,
      names.map((name) => name.slice(prefix.length)),
    );
  });

  it('has a details page whose pictures and links are found from anywhere', async () => {
    const text = await readFile(path.join(extension, 'readme.md'), 'utf8');
    const addresses = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, address]) => String(address));
    const elsewhere = addresses.filter((address) => !address.startsWith('#'));
    const repositoryFile = /^https:\/\/github\.com\/[\w-]+\/[\w-]+\/(?:raw|blob)\/HEAD\/(.+)$/;
    assert.ok(elsewhere.length > 5, 'there are pictures and links');
    for (const address of elsewhere) {
      const [, file = assert.fail(address)] = repositoryFile.exec(address) ?? [];
      await access(path.join(repository, file));
    }
  });

  it('runs the tests of the demo in VS Code, with nothing of the repository', async () => {
    workbench = new Workbench(host);
    await workbench.open(workspace.folder);
    const { testing } = workbench;
    await testing.open();
    await testing.expandAll();
    await testing.runAll();
    for (const [name, verdict] of Object.entries(demoVerdicts)) {
      await testing.waitFor(name, verdict === 'passed' ? 'Passed' : 'Failed');
    }
    const runs = path.join(workspace.folder, '.perturb', 'runs');
    const [run, ...others] = await readdir(runs);
    assert.deepEqual(others, []);
    const report = JSON.parse(await readFile(path.join(runs, String(run), 'report.json'), 'utf8')) as RunReport;
    assert.deepEqual(verdictsIn(report), demoVerdicts);
    const [engine, ...more] = await engines();
    assert.deepEqual(more, []);
    const libraries = (await readFile(`/proc/${engine}/maps`, 'utf8')).split('\n').filter((line) => line.includes('/'));
    assert.ok(
      libraries.some((line) => line.includes(path.join(extension, 'dist', 'node_modules', 'onnxruntime-node'))),
    );
    assert.ok(libraries.some((line) => line.includes(path.join(extension, 'dist', 'node_modules', '@img'))));
    assert.deepEqual(
      libraries.filter((line) => line.includes(`${path.join(repository, 'node_modules')}/`)),
      [],
    );
  });

  it('opens the perturbation view on what fooled the model', async () => {
    await workbench.testing.clickAction('stop stays stop', 'Open Perturbation View');
    const { content } = workbench.webview();
    const tile = content.getByRole('listbox', { name: 'Examples' }).getByRole('option').first();
    const width = await tile.locator('img').evaluate(async (element) => {
      const image = element as unknown as { readonly naturalWidth: number; decode(): Promise<void> };
      await image.decode();
      return image.naturalWidth;
    });
    assert.ok(width > 0, 'the picture in the list is empty');
    await content.getByRole('img', { name: /Adversarial/ }).waitFor();
  });

  it('trains a detector', async () => {
    await workbench.runCommand('View: Close All Editors');
    await workbench.explorer.choose('models/signs/model.json', 'Train Detector…');
    await workbench.quickInput.choose('net');
    const { content } = workbench.webview();
    await content.getByRole('heading', { name: 'Trained' }).waitFor();
    const file = path.join(workspace.folder, 'detectors', 'net', 'detector.json');
    assert.equal(JSON.parse(await readFile(file, 'utf8')).kind, 'classifier');
  });

  it('has the command line', async () => {
    const args = [path.join(extension, 'dist', 'cli.js'), 'run', workspace.folder, '--json', '--test', 'FGSM 2/255'];
    const { code, stdout, stderr } = await start(process.execPath, args, temporary).ended;
    assert.equal(code, 0, stderr);
    assert.deepEqual(verdictsIn(JSON.parse(stdout)), { 'FGSM 2/255': 'passed' });
  });

  describe('with a module missing', () => {
    const missing = [
      { remove: ['protobufjs'], says: 'protobufjs cannot be loaded' },
      { remove: ['@img/sharp-libvips-linux-x64'], says: 'sharp cannot be loaded' },
      { remove: ['onnxruntime-node/bin', 'onnxruntime-web'], says: 'onnxruntime_binding.node cannot be loaded' },
    ];

    for (const { remove, says } of missing) {
      it(`says so, and how to mend it: ${remove.join(', ')}`, async () => {
        // Each has a place of its own: a process that has missed a library once does not look there again.
        const copy = await mkdtemp(path.join(temporary, 'incomplete-'));
        await cp(extension, copy, { recursive: true });
        try {
          for (const name of remove) await rm(path.join(copy, 'dist', 'node_modules', name), { recursive: true });
          for (const location of ['process', 'extensionHost'] as const satisfies readonly EngineLocation[]) {
            const engine = new EngineClient(path.join(copy, 'dist', 'engine.js'), { location });
            try {
              const { message } = await engine.describe().then(
                () => assert.fail('the engine starts'),
                (error: Error) => error,
              );
              assert.ok(message.startsWith('Perturb is not completely installed: '), message);
              assert.ok(message.includes(`${says} on ${target} (`), message);
              assert.ok(message.includes(`). Install Perturb for ${target} again, or`), message);
              assert.doesNotMatch(message, /memory|\n/);
            } finally {
              engine.dispose();
            }
          }
        } finally {
          await rm(copy, { recursive: true });
        }
      });
    }
  });
});

describe('Packages for other platforms', () => {
  let folder: string;
  builtProgram();

  beforeEach(async () => {
    folder = await mkdtemp(path.join(await realpath(tmpdir()), 'perturb-staged-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  for (const target of ['win32-x64', 'darwin-arm64'] as const) {
    it(`have what ${target} needs, and nothing else`, async function () {
      await orSkip(this, stage(repository, target, folder));
      checkFiles(target, await filesOf(folder));
    });
  }

  it('have WebAssembly for all others, which computes', async function () {
    await orSkip(this, stage(repository, 'universal', folder));
    checkFiles('universal', await filesOf(folder));
    const args = ['run', 'media/demo', '--json', '--test', 'stop stays stop', '--output', path.join(folder, 'run')];
    const { code, stdout, stderr } = await start(process.execPath, ['dist/cli.js', ...args], folder).ended;
    assert.equal(code, 1, stderr);
    assert.deepEqual(verdictsIn(JSON.parse(stdout)), { 'stop stays stop': 'failed' });
    assert.match(stdout, /\(wasm\)/);
  });
});

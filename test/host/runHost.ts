// Runs the suite in ./suite inside the extension host of a real VS Code.
//
//   npx tsx test/host/runHost.ts
//
// VS Code's desktop build is downloaded where that is possible; elsewhere its server build from npm packages is used
// (see ../support/vscode/launcher.ts). What can be chosen by the environment:
//
//   PERTURB_VSCODE     desktop or server
//   PERTURB_EXTENSION  the folder of the extension, such as an unpacked VSIX; this repository by default
//   PERTURB_WORKSPACE  the folder that is open in VS Code, of which the tests get a copy; the demo by default
//   PERTURB_GREP       runs only tests whose title matches
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { repository } from '../support/vscode/provision.ts';
import { copyWorkspace, extensionFolder } from '../support/vscode/workspace.ts';
import { extensionVariable, type HostResult, resultVariable, tensorflowVariable } from './suite/result.ts';

const suite = path.join(import.meta.dirname, 'suite');
const bundle = path.join(repository, 'dist', 'test', 'host.cjs');
/** Where .ci/run installs native TensorFlow. */
const tensorflow = path.join(repository, '.cache', 'tensorflow');

/** Settings that keep tests from depending on what VS Code finds online. */
const settings = {
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
};

/** One bundle of all `*.test.ts`, so that VS Code loads it without a TypeScript loader. */
async function bundleSuite(): Promise<void> {
  const names = await readdir(suite, { recursive: true });
  const tests = names.filter((name) => name.endsWith('.test.ts')).sort();
  const loads = tests.map((name) => `${JSON.stringify(name)}: () => require(${JSON.stringify(`./${name}`)})`);
  await build({
    stdin: {
      contents: `import { runSuite } from './index.ts';\nexport const run = () => runSuite({\n${loads.join(',\n')}\n});`,
      resolveDir: suite,
      sourcefile: 'allTests.ts',
      loader: 'ts',
    },
    outfile: bundle,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    packages: 'external',
    external: ['vscode'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
}

type Build = 'desktop' | 'server';

async function chooseBuild(): Promise<{ readonly use: Build; readonly because: string }> {
  const chosen = process.env.PERTURB_VSCODE;
  if (chosen === 'desktop' || chosen === 'server') return { use: chosen, because: 'PERTURB_VSCODE says so' };
  if (chosen !== undefined) throw new Error(`PERTURB_VSCODE is "${chosen}", but must be "desktop" or "server".`);
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (process.platform === 'linux' && DISPLAY === undefined && WAYLAND_DISPLAY === undefined) {
    return { use: 'server', because: 'there is no display' };
  }
  try {
    const releases = 'https://update.code.visualstudio.com/api/releases/stable';
    const response = await fetch(releases, { signal: AbortSignal.timeout(5000) });
    if (response.ok) return { use: 'desktop', because: 'it can be downloaded' };
    return { use: 'server', because: `the download server answers ${response.status}` };
  } catch {
    return { use: 'server', because: 'the download server cannot be reached' };
  }
}

/** Runs the suite in the given build of VS Code; the exit code is not what decides, see `readResult`. */
async function runIn(use: Build, folder: string, resultFile: string): Promise<boolean> {
  const manifest = JSON.parse(await readFile(path.join(extensionFolder, 'package.json'), 'utf8'));
  const workspace = await copyWorkspace();
  const userData = path.join(folder, 'user');
  await mkdir(path.join(userData, 'User'), { recursive: true });
  await writeFile(path.join(userData, 'User', 'settings.json'), JSON.stringify(settings));

  // The stand-in is a TypeScript program: node is what is started, and the program is the first thing it is given.
  const launcher = path.join(repository, 'test', 'support', 'vscode', 'launcher.ts');
  const standIn = [`--import=${import.meta.resolve('tsx')}`, launcher];
  try {
    await runTests({
      ...(use === 'server' ? { vscodeExecutablePath: process.execPath } : {}),
      cachePath: path.join(repository, '.cache', 'vscode-desktop'),
      extensionDevelopmentPath: extensionFolder,
      extensionTestsPath: bundle,
      extensionTestsEnv: {
        [resultVariable]: resultFile,
        [extensionVariable]: `${manifest.publisher}.${manifest.name}`,
        ...(existsSync(tensorflow) ? { [tensorflowVariable]: tensorflow } : {}),
      },
      launchArgs: [
        ...(use === 'server' ? standIn : []),
        workspace.folder,
        `--user-data-dir=${userData}`,
        `--extensions-dir=${path.join(folder, 'extensions')}`,
      ],
    });
    return true;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return false;
  } finally {
    await workspace.remove();
  }
}

/** A host that dies is reported as a success: only the suite itself can say that it got to its end. */
async function readResult(file: string): Promise<HostResult | undefined> {
  return readFile(file, 'utf8').then(JSON.parse, () => undefined);
}

const start = performance.now();
const { use, because } = await chooseBuild();
console.log(`VS Code: ${use} build, since ${because}.`);
await bundleSuite();
// Short, since VS Code puts a socket into the folder of user data, and the path of a socket is limited.
const folder = await mkdtemp(path.join(await realpath(tmpdir()), 'perturb-host-'));
try {
  const resultFile = path.join(folder, 'result.json');
  const endedWell = await runIn(use, folder, resultFile);
  const result = await readResult(resultFile);
  if (result === undefined) console.error('The suite did not get to its end: it has written no result.');
  const { passed, failed, skipped } = result ?? { passed: 0, failed: 1, skipped: 0 };
  console.log(`Took ${((performance.now() - start) / 1000).toFixed(1)} s.`);
  console.log(`host: ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  if (!endedWell || failed > 0 || passed === 0) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

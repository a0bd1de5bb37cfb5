// Starts the server build of VS Code with data folders of its own, and ends it without leftovers.
//
// - server-main.js is started directly, since the `code-server` program around it rejects --enable-smoke-test-driver.
//   Without that flag a built workbench silently ignores which extension to develop and which tests to run. It has a
//   price: no notification toasts are shown. So only the host suite uses it (`testDriver`); tests of what a user sees
//   have the extension installed instead, which needs no flag.
// - An extension counts as installed when extensions.json in the extensions folder lists it, wherever it lies: no copy
//   and no packaging is needed. Descriptions of extensions are cached in the data folder, so a data folder that is
//   used again would not show changes of the manifest: every start gets a new one.
// - The server runs in a process group of its own. Extension host, file watcher and whatever the extension starts
//   would outlive it by many seconds, so the whole group is ended. Should the tests be killed so hard that nothing of
//   this runs, the server ends by itself a few minutes after the browser is gone (--enable-remote-auto-shutdown).
// - Port 0 lets the server choose a free port and say which.
// - The workbench does not see changes of the file of user settings: this build names that file without the server's
//   address, and the events with it. It does see the settings of the remote machine, which have precedence; so what
//   changes while VS Code is running is written there.
// - An empty gallery address keeps the server from looking up extensions in a gallery.
import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { HostInstallation } from './provision.ts';
import { run } from './run.ts';
import { withTimeLimit } from './withTimeLimit.ts';

export type Settings = Readonly<Record<string, unknown>>;

export interface ServerOptions {
  /** Extensions as folders with a manifest, which appear as installed. */
  readonly extensions?: readonly string[];
  /** Packaged extensions, which are installed. */
  readonly vsix?: readonly string[];
  /** User settings, besides those that keep VS Code quiet. */
  readonly settings?: Settings;
  /** With workspace trust, a folder opens in Restricted Mode; without it, every folder is trusted. */
  readonly workspaceTrust?: boolean;
  /** Added to the environment of the server, and so of the extension host. */
  readonly env?: NodeJS.ProcessEnv;
  /** Honors which extension to develop and which tests to run, but shows no notifications. */
  readonly testDriver?: boolean;
  /** Ends a few minutes after the last browser is gone, so that nothing is left when the tests are killed. */
  readonly endsWithoutBrowser?: boolean;
}

/** Keeps VS Code from going online, from asking questions, and from showing what differs from run to run. */
const quietSettings: Settings = {
  'telemetry.telemetryLevel': 'off',
  'workbench.enableExperiments': false,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'update.showReleaseNotes': false,
  'git.enabled': false,
  // A folder with a single folder in it would share its row.
  'explorer.compactFolders': false,
  'chat.disableAIFeatures': true,
  'chat.agentHost.enabled': false,
};

/** Milliseconds for VS Code to end by itself, before it is killed. */
const stopLimit = 5_000;

/** A running server build of VS Code. */
export class VsCodeServer {
  readonly dataFolder: string;
  /** Resolves with the reason when the server has ended. */
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  readonly #onExit = () => this.#destroy();
  readonly #listeners = new Set<() => void>();
  #changes: Settings = {};
  #output = '';

  private constructor(child: ChildProcess, dataFolder: string) {
    this.#child = child;
    this.dataFolder = dataFolder;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk) => {
        this.#output += chunk;
        for (const listener of this.#listeners) listener();
      });
    }
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(`VS Code's server could not be started: ${error.message}`));
      child.once('exit', (code, signal) => resolve(`VS Code's server ended with ${signal ?? code}`));
    });
    process.once('exit', this.#onExit);
  }

  static async start(host: HostInstallation, options: ServerOptions): Promise<VsCodeServer> {
    const dataFolder = await mkdtemp(path.join(await realpath(tmpdir()), 'perturb-vscode-'));
    try {
      const settings = {
        ...quietSettings,
        'security.workspace.trust.enabled': options.workspaceTrust ?? false,
        // The question would cover the workbench; Restricted Mode has a banner from which trust can be given.
        'security.workspace.trust.startupPrompt': 'never',
        ...options.settings,
      };
      await writeSettings(dataFolder, 'User', settings);
      await writeSettings(dataFolder, 'Machine', {});
      const extensionsFolder = path.join(dataFolder, 'extensions');
      const folders = ['--server-data-dir', dataFolder, '--extensions-dir', extensionsFolder];
      // NODE_OPTIONS would load what the tests need (such as tsx) into VS Code as well.
      const env = { ...process.env, NODE_OPTIONS: '', EXTENSIONS_GALLERY: '{"serviceUrl":""}', ...options.env };
      for (const file of options.vsix ?? []) {
        await run(host.node, [host.serverMain, '--install-extension', path.resolve(file), ...folders], { env });
      }
      await listAsInstalled(options.extensions ?? [], extensionsFolder);

      const args = [host.serverMain, ...folders, '--host', '127.0.0.1', '--port', '0', '--without-connection-token'];
      args.push('--accept-server-license-terms', '--disable-telemetry', '--disable-experiments');
      if (options.endsWithoutBrowser === true) {
        args.push('--enable-remote-auto-shutdown', '--reconnection-grace-time', '30');
      }
      if (options.workspaceTrust !== true) args.push('--disable-workspace-trust');
      if (options.testDriver === true) args.push('--enable-smoke-test-driver');
      const child = spawn(host.node, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
      const server = new VsCodeServer(child, dataFolder);
      await server.#listening().catch(async (error) => {
        await server.stop();
        throw error;
      });
      return server;
    } catch (error) {
      await rm(dataFolder, { recursive: true, force: true });
      throw error;
    }
  }

  /** What the server has printed so far. */
  get output(): string {
    return this.#output;
  }

  /** The port on which it listens. */
  get port(): number {
    return Number(/agent listening on (\d+)/.exec(this.#output)?.[1]);
  }

  /** Changes settings of the running VS Code, except those of the whole application; undefined takes a change back. */
  async updateSettings(changes: Settings): Promise<void> {
    this.#changes = { ...this.#changes, ...changes };
    await writeSettings(this.dataFolder, 'Machine', this.#changes);
  }

  /** Waits until the server's output matches; undefined when it has ended without. */
  async printed(pattern: RegExp): Promise<RegExpExecArray | undefined> {
    let listener: (() => void) | undefined;
    const matched = new Promise<RegExpExecArray>((resolve) => {
      listener = () => {
        const match = pattern.exec(this.#output);
        if (match !== null) resolve(match);
      };
      this.#listeners.add(listener);
      listener();
    });
    const result = await Promise.race([matched, this.ended.then(() => undefined)]);
    if (listener !== undefined) this.#listeners.delete(listener);
    return result;
  }

  /** Ends the server and all that it has started, and removes its data. */
  async stop(): Promise<void> {
    process.removeListener('exit', this.#onExit);
    this.#signal('SIGTERM');
    await withTimeLimit(this.ended, 'VS Code did not end', stopLimit).catch(() => {});
    // Also when the server has ended in time: what it has started may still be there.
    this.#signal('SIGKILL');
    await this.ended;
    await rm(this.dataFolder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #listening(): Promise<void> {
    const match = await withTimeLimit(this.printed(/agent listening on \d+/), 'VS Code did not start');
    if (match === undefined) throw new Error(`${await this.ended}\n${this.#output.slice(-4000)}`);
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#child.pid === undefined) return;
    try {
      process.kill(-this.#child.pid, signal);
    } catch {
      // The whole group has ended already.
    }
  }

  /** What can be done while the process is about to exit, where nothing can be awaited. */
  #destroy(): void {
    this.#signal('SIGKILL');
    rmSync(this.dataFolder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** This build keeps the user settings, too, on the server's disk instead of in the browser. */
async function writeSettings(dataFolder: string, kind: 'User' | 'Machine', settings: Settings): Promise<void> {
  const folder = path.join(dataFolder, 'data', kind);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'settings.json'), JSON.stringify(settings, null, 2));
}

async function listAsInstalled(folders: readonly string[], extensionsFolder: string): Promise<void> {
  await mkdir(extensionsFolder, { recursive: true });
  const file = path.join(extensionsFolder, 'extensions.json');
  const listed: unknown[] = await readFile(file, 'utf8').then(JSON.parse, () => []);
  for (const folder of folders) {
    const manifest = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8'));
    listed.push({
      identifier: { id: `${manifest.publisher}.${manifest.name}` },
      version: manifest.version,
      location: { $mid: 1, scheme: 'file', path: await realpath(folder) },
      metadata: { installedTimestamp: Date.now(), source: 'vsix' },
    });
  }
  await writeFile(file, JSON.stringify(listed));
}

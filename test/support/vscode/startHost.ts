// A real VS Code in a headless browser, to be driven by Playwright.
//
// - Everything beyond this machine is blocked, and noted in `blocked`: tests must not depend on it.
// - It is VS Code's web workbench with a remote Node.js extension host, not Electron: what only the desktop can do is
//   not covered, and an extension of kind "ui" alone would not run. Native modules that use Node-API, worker threads
//   and child_process.fork work. In a webview images, fetch, ES modules, WebAssembly, workers from blobs,
//   OffscreenCanvas and WebGL 2 work; SharedArrayBuffer and WebGPU do not.
import { statSync } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { provisionChromium } from './chromium.ts';
import { rememberNotifications } from './notifications.ts';
import { provisionHost } from './provision.ts';
import { type ServerOptions, type Settings, VsCodeServer } from './server.ts';
import { hangLimit } from './withTimeLimit.ts';

export interface TestDriver {
  /** What the workbench and, within it, the tests in the extension host print. */
  onLog(type: string, values: readonly unknown[]): void;
  /** The tests have ended. A host that has died is reported as 0 as well. */
  onExit(code: number): void;
}

export interface HostOptions extends Omit<ServerOptions, 'testDriver' | 'endsWithoutBrowser'> {
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Pixels of a screenshot to a pixel of the page. */
  readonly scale?: number;
  readonly driver?: TestDriver;
}

/** Command-line options of VS Code that its web workbench takes from the address, as name and value. */
export type Payload = readonly (readonly [name: string, value: string])[];

const browserArguments = [
  // Chromium's sandbox refuses to start as root, as in most containers.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const signals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** Installs VS Code and a browser where needed, and starts both. Nothing is opened yet. */
export async function startHost(options: HostOptions = {}): Promise<Host> {
  const [installation, executablePath] = await Promise.all([provisionHost(), provisionChromium()]);
  const server = await VsCodeServer.start(installation, {
    ...options,
    testDriver: options.driver !== undefined,
    endsWithoutBrowser: true,
  });
  let browser: Browser | undefined;
  try {
    browser = await chromium.launch({
      executablePath,
      timeout: hangLimit,
      headless: true,
      args: browserArguments,
      // Signals are handled below, for the browser and the server alike.
      handleSIGHUP: false,
      handleSIGINT: false,
      handleSIGTERM: false,
    });
    const context = await browser.newContext({
      viewport: options.viewport ?? { width: 1440, height: 900 },
      deviceScaleFactor: options.scale ?? 1,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    context.setDefaultTimeout(hangLimit);
    await context.addInitScript(rememberNotifications);
    const host = new Host(server, browser, await context.newPage());
    await context.route(
      (url) => /^https?:$/.test(url.protocol) && !isLocal(url.hostname),
      (route) => {
        host.blocked.push(route.request().url());
        return route.abort();
      },
    );
    if (options.driver !== undefined) await connect(host.page, options.driver);
    return host;
  } catch (error) {
    await browser?.close();
    await server.stop();
    throw error;
  }
}

/** A running VS Code. */
export class Host {
  readonly server: VsCodeServer;
  readonly page: Page;
  /** Addresses beyond this machine that something asked for. */
  readonly blocked: string[] = [];
  /** Resolves with the reason when the server has ended or the page has crashed. */
  readonly down: Promise<string>;
  readonly #browser: Browser;
  readonly #handlers: [NodeJS.Signals, () => void][];

  constructor(server: VsCodeServer, browser: Browser, page: Page) {
    this.server = server;
    this.page = page;
    this.#browser = browser;
    const crashed = new Promise<string>((resolve) => page.once('crash', () => resolve('VS Code’s page crashed')));
    this.down = Promise.race([server.ended, crashed]);
    // By default a signal ends the process without its exit handlers, which are what ends browser and server.
    this.#handlers = Object.entries(signals).map(([name, code]) => [name as NodeJS.Signals, () => process.exit(code)]);
    for (const [name, handler] of this.#handlers) process.once(name, handler);
  }

  /** The address by which the workbench names a file of this machine. */
  remoteUri(file: string): string {
    return `vscode-remote://127.0.0.1:${this.server.port}${path.resolve(file)}`;
  }

  /** Opens a folder, a workspace file or, without either, an empty window, and waits until the workbench is there. */
  async open(where?: string, payload: Payload = []): Promise<void> {
    const query = new URLSearchParams({ payload: JSON.stringify([['skipWelcome', 'true'], ...payload]) });
    if (where === undefined) query.set('ew', 'true');
    else query.set(statSync(where).isDirectory() ? 'folder' : 'workspace', this.remoteUri(where));
    await this.page.goto(`http://127.0.0.1:${this.server.port}/?${query}`);
    await this.page.locator('.monaco-workbench').waitFor();
  }

  /** Changes settings of the running VS Code, except those of the whole application; undefined takes a change back. */
  updateSettings(changes: Settings): Promise<void> {
    return this.server.updateSettings(changes);
  }

  /** Ends the browser, the server and all that it has started, and removes their data. */
  async stop(): Promise<void> {
    for (const [name, handler] of this.#handlers) process.removeListener(name, handler);
    await this.#browser.close().catch(() => {});
    await this.server.stop();
  }
}

function isLocal(hostname: string): boolean {
  // VS Code gives each webview an origin of its own below localhost.
  return hostname === '127.0.0.1' || hostname === 'localhost' || hostname.endsWith('.localhost');
}

/** The workbench calls these functions, if they exist, when it is started for tests. */
async function connect(page: Page, driver: TestDriver): Promise<void> {
  await page.exposeFunction('codeAutomationLog', (type: string, values: unknown[]) => driver.onLog(type, values));
  await page.exposeFunction('codeAutomationExit', (code: number) => driver.onExit(code));
}

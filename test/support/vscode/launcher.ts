// Stands in for the binary of VS Code's desktop build: takes the command line that @vscode/test-electron gives to that
// binary, and runs the tests in the server build instead, with its workbench open in a headless browser.
//
//   [folder | file.code-workspace] --extensionDevelopmentPath=… --extensionTestsPath=… [--user-data-dir=…]
//
// User settings are taken from --user-data-dir, as the desktop build does; other options are ignored.
//
// - The workbench's own log and what the tests print arrive on one channel: known lines of the former are left out,
//   except with PERTURB_VSCODE_VERBOSE.
// - A host that dies, be it by process.exit or a crash, is reported with exit code 0: only the server's log tells. The
//   suite writes a file with its result besides, without which runHost.ts believes no success.
// - In tests, VS Code refuses modal dialogs with an error, and shows no notifications.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';
import { type Host, startHost } from './startHost.ts';
import { withTimeLimit } from './withTimeLimit.ts';

const workbenchLog = new RegExp(
  [
    String.raw`^\[(AccountPolicy|AgentHost|ChatModel|DefaultAccount|Service Worker|reconnection-grace|remote-connection)`,
    '^(Creating a socket|Resolv(ing|ed) connection token|(Ignoring fetching|Updating) additional builtin)',
    '^(Canceled: Canceled|Creation of workbench contribution|DialogService: Dialog requested)',
    '^An unknown error occurred. Please consult the log',
    // A stack within the workbench, where no test runs.
    '/workbench/workbench.js:',
  ].join('|'),
);

interface CommandLine {
  readonly where: string | undefined;
  readonly options: ReadonlyMap<string, readonly string[]>;
}

function parse(args: readonly string[]): CommandLine {
  const options = new Map<string, string[]>();
  let where: string | undefined;
  for (const arg of args) {
    const option = /^--([^=]+)(?:=(.*))?$/s.exec(arg);
    if (option === null) where ??= arg;
    else options.set(option[1] ?? '', [...(options.get(option[1] ?? '') ?? []), option[2] ?? '']);
  }
  return { where, options };
}

function userSettings(dataFolder: string | undefined): Record<string, unknown> {
  const file = path.join(dataFolder ?? '', 'User', 'settings.json');
  return dataFolder !== undefined && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

function print(type: string, values: readonly unknown[]): void {
  const line = format(...values);
  if (process.env.PERTURB_VSCODE_VERBOSE === undefined && workbenchLog.test(line)) return;
  (type === 'error' || type === 'warn' ? process.stderr : process.stdout).write(`${line}\n`);
}

async function runTests({ where, options }: CommandLine): Promise<number> {
  const limit = Number(process.env.PERTURB_VSCODE_LIMIT ?? 3600) * 1000;
  let host: Host | undefined;
  try {
    let onExit: (code: number) => void = () => {};
    const exit = new Promise<number>((resolve) => {
      onExit = resolve;
    });
    host = await startHost({
      settings: userSettings(options.get('user-data-dir')?.[0]),
      driver: { onLog: print, onExit },
    });
    const { remoteUri } = host;
    const payload = ['extensionDevelopmentPath', 'extensionTestsPath'].flatMap((name) =>
      (options.get(name) ?? []).map((value) => [name, remoteUri.call(host, value)] as const),
    );
    await host.open(where, payload);
    const down = host.down.then((reason) => {
      throw new Error(reason);
    });
    const code = await withTimeLimit(Promise.race([exit, down]), 'The tests did not end', limit);
    await checkExtensionHost(host);
    return code;
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${host?.server.output.slice(-4000) ?? ''}`);
  } finally {
    await host?.stop();
  }
}

/** The extension host has to end by itself, and well. */
async function checkExtensionHost(host: Host): Promise<void> {
  const ended = host.server.printed(/Extension Host Process exited with code: (\S+), signal: (\w+)/);
  const match = await withTimeLimit(ended, 'The extension host did not end');
  if (match?.[1] !== '0' || match[2] !== 'null') throw new Error(`The extension host died: ${match?.[0]}`);
}

try {
  process.exitCode = await runTests(parse(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}

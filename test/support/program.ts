import { execFile, spawn } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

const root = path.join(import.meta.dirname, '..', '..');

/** The built command line, the built engine, and its thread for ONNX Runtime. */
export const cliFile = path.join(root, 'dist', 'cli.js');
export const engineFile = path.join(root, 'dist', 'engine.js');
export const threadFile = path.join(root, 'dist', 'onnxThread.js');

let built: Promise<unknown> | undefined;

/** Has the program built before the tests of the surrounding `describe`, once for all of them. */
export function builtProgram(): void {
  before(async () => {
    built ??= promisify(execFile)(process.execPath, [path.join(root, 'esbuild.config.mjs'), '--if-stale']);
    await built;
  });
}

/** How a process ended, and what it printed. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs, and its end. */
export interface Started {
  readonly pid: number;
  readonly ended: Promise<Ended>;
}

/** Starts a program in a process group of its own, as a shell does, so that a signal can reach the whole group. */
export function start(file: string, args: readonly string[], cwd?: string): Started {
  const child = spawn(file, args, { cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      printed[stream] += text;
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...printed }));
  });
  return { pid: child.pid as number, ended };
}

/** Runs the command line to its end. */
export function perturb(...args: string[]): Promise<Ended> {
  return start(process.execPath, [cliFile, ...args]).ended;
}

import { spawn } from 'node:child_process';
import { UserError } from '../../userError.ts';

/** How a program is run. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  /** Milliseconds that it may take. */
  readonly timeLimit?: number;
}

const tailLines = 12;

/**
 * Runs a program to its end; when `signal` aborts, or time is up, it is killed with everything that it started.
 * @param task what it does, for the message: "Building the binding".
 * @returns what it printed on standard output.
 * @throws UserError with the last lines that it printed when it fails.
 */
export async function run(
  task: string,
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { cwd, env = {}, signal, timeLimit = 30 * 60_000 } = options;
  signal?.throwIfAborted();
  const windows = process.platform === 'win32';
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A separate process group, so that the compilers end with it. Windows runs npm only through its shell.
    detached: !windows,
    shell: windows,
  });
  const end = () => {
    try {
      if (windows) child.kill();
      else if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  };
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    end();
  }, timeLimit);
  signal?.addEventListener('abort', end, { once: true });
  let stdout = '';
  let all = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    all += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    all += text;
  });
  const ending = await new Promise<string | undefined>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, by) => {
      if (code === 0) resolve(undefined);
      else
        resolve(late ? `still running after ${timeLimit / 60_000} minutes` : by ? `signal ${by}` : `exit code ${code}`);
    });
  });
  clearTimeout(timer);
  signal?.removeEventListener('abort', end);
  signal?.throwIfAborted();
  if (ending === undefined) return stdout;
  const tail = all
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-tailLines);
  throw new UserError([`${task} failed: ${[command, ...args].join(' ')} (${ending})`, ...tail].join('\n  '));
}

/** True if a program can be started and prints its version. */
export async function answers(command: string): Promise<boolean> {
  return run(command, command, ['--version'], { timeLimit: 60_000 }).then(
    () => true,
    () => false,
  );
}

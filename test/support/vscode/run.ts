import { spawn } from 'node:child_process';

/** A program that could not be started, or that ended with an error; the message ends with what it printed last. */
export class CommandError extends Error {}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a program to its end and returns what it printed. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    // No standard input: a program that asks a question must fail rather than wait for an answer.
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output += chunk;
    });
    const fail = (reason: string) =>
      reject(new CommandError(`${[program, ...args].join(' ')}: ${reason}\n${output.slice(-3000)}`.trimEnd()));
    child.once('error', (error) => fail(error.message));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(output);
      else fail(`ended with ${signal ?? code}`);
    });
  });
}

/** Whether the PATH has a program of this name. */
export function isInstalled(program: string): Promise<boolean> {
  return run('which', [program]).then(
    () => true,
    () => false,
  );
}

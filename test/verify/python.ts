// PyTorch in a virtual environment under .cache, which is made where it is missing.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

export const root = path.join(import.meta.dirname, '..', '..');
const environment = path.join(root, '.cache', 'torch');
const python = path.join(
  environment,
  ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']),
);

/** @throws Error when Python, or a package, cannot be had. */
export function provisionTorch(): void {
  if (existsSync(python)) return;
  try {
    run(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'venv', environment]);
    run(python, ['-m', 'pip', 'install', '--quiet', '-r', path.join(import.meta.dirname, 'requirements.txt')]);
  } catch (error) {
    // Half of it would be taken for the whole next time.
    rmSync(environment, { recursive: true, force: true });
    throw error;
  }
}

function run(program: string, args: readonly string[]): void {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed`, { cause: error });
}

/** What export.py answers, line by line. */
export async function* ask<T>(...args: string[]): AsyncGenerator<T> {
  const child = spawn(python, ['-B', path.join(import.meta.dirname, 'export.py'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line) as T;
  const [code] = await exit;
  if (code !== 0) throw new Error(`export.py ${args.join(' ')} ended with ${code}`);
}

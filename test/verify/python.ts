// Virtual environments of Python under .cache, which are made where they are missing.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';

export const root = path.join(import.meta.dirname, '..', '..');

/** What is run in an environment of its own. */
interface Environment {
  /** Its folder under .cache. */
  readonly name: string;
  /** The file of its packages, and options of pip for them. */
  readonly requirements: string;
  readonly options?: readonly string[];
  /** The script that answers. */
  readonly script: string;
}

const torch: Environment = { name: 'torch', requirements: 'requirements.txt', script: 'export.py' };

/** MediaPipe is there for its models alone: what it imports is not needed. */
export const tflite: Environment = {
  name: 'tflite',
  requirements: 'requirements-tflite.txt',
  options: ['--no-deps'],
  script: 'tflite.py',
};

/** Keras's own classifiers. The converter to graph models is there for its own sake: what it imports is not needed. */
export const applications: Environment = {
  name: 'applications',
  requirements: 'requirements-applications.txt',
  options: ['--no-deps'],
  script: 'applications.py',
};

function pythonOf({ name }: Environment): string {
  return path.join(
    root,
    '.cache',
    name,
    ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python']),
  );
}

/** @throws Error when Python, or a package, cannot be had. */
export function provision(environment: Environment = torch): void {
  const python = pythonOf(environment);
  if (existsSync(python)) return;
  const folder = path.join(root, '.cache', environment.name);
  const requirements = path.join(import.meta.dirname, environment.requirements);
  try {
    run(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'venv', folder]);
    run(python, ['-m', 'pip', 'install', '--quiet', ...(environment.options ?? []), '-r', requirements]);
  } catch (error) {
    // Half of it would be taken for the whole next time.
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function run(program: string, args: readonly string[]): void {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed`, { cause: error });
}

/** What export.py answers, line by line. */
export function ask<T>(...args: string[]): AsyncGenerator<T> {
  return answers(torch, ...args);
}

/** What the script of an environment answers, line by line. */
export async function* answers<T>(environment: Environment, ...args: string[]): AsyncGenerator<T> {
  const { script } = environment;
  const child = spawn(pythonOf(environment), ['-B', path.join(import.meta.dirname, script), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exit = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line) as T;
  const [code] = await exit;
  if (code !== 0) throw new Error(`${script} ${args.join(' ')} ended with ${code}`);
}

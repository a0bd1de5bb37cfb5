import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Answer, Side } from '../side.ts';

const root = path.join(import.meta.dirname, '..', '..', '..');
const repair =
  'python3 -m venv .cache/keras && .cache/keras/bin/pip install tensorflow-cpu==2.15.1 (or set PERTURB_PYTHON)';

/**
 * Keras in the Python that PERTURB_PYTHON names, else in that of .cache/keras. Without one, says how to get it.
 */
export async function startKeras(): Promise<Side | undefined> {
  const python = process.env.PERTURB_PYTHON || path.join(root, '.cache', 'keras', 'bin', 'python');
  const leftOut = (reason: string) => void console.log(`Left out: Keras. ${reason} To have it: ${repair}`);
  // As many threads as native TensorFlow takes of itself.
  const child: ChildProcess = spawn(
    python,
    [path.join(import.meta.dirname, 'measure.py'), `${availableParallelism()}`],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  try {
    await once(child, 'spawn');
  } catch {
    return leftOut(`There is no ${python}.`);
  }
  const lines = createInterface({ input: child.stdout as Readable })[Symbol.asyncIterator]();
  const read = async <T>(): Promise<T> => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the Python of the bench ended');
    return JSON.parse(value);
  };
  const hello = await read<{ name: string } | { error: string }>();
  if ('error' in hello) return leftOut(hello.error);
  return {
    kind: 'keras',
    name: hello.name,
    ask: async (request) => {
      (child.stdin as Writable).write(`${JSON.stringify(request)}\n`);
      const answer = await read<Answer>();
      if ('error' in answer) throw new Error(answer.error);
      return answer.milliseconds;
    },
    stop: () => void child.stdin?.end(),
  };
}

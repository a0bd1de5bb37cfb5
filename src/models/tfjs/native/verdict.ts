import { execFile } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import path from 'node:path';

/** Whether native TensorFlow loads and computes. */
export type Verdict =
  | { readonly loads: true /** Version of the library. */; readonly tensorflow: string }
  | { readonly loads: false; readonly reason: string };

interface Remembered {
  /** When the binding was built, according to its file. */
  readonly built: number;
  readonly verdict: Verdict;
}

const memory = 'perturb-verdicts.json';
const timeLimit = 120_000;

/**
 * The binding needs helpers removed in Node 23; a convolution and its gradient show whether it works on this processor.
 */
const trial = `
const util = require('node:util');
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;
const tf = require(process.argv[1]);
const filter = tf.ones([3, 3, 3, 4]);
const gradient = tf.grad((x) => tf.relu(tf.conv2d(x, filter, 1, 'same')))(tf.ones([1, 8, 8, 3])).dataSync();
if (gradient[0] !== 16) throw new Error('it computes ' + gradient[0] + ' where 16 is right');
process.stdout.write('\\n' + JSON.stringify({ tensorflow: tf.backend().binding.TF_Version }));
`;

/**
 * Loads native TensorFlow in a separate, short-lived process, since a library that does not fit the processor crashes
 * the process that loads it. The result is stored next to it until it is rebuilt.
 * @param folder of the package.
 */
export async function tryLoading(folder: string): Promise<Verdict> {
  const binding = await findBinding(folder);
  if (binding === undefined) return { loads: false, reason: 'its native library was not downloaded or built.' };
  const { mtimeMs: built } = await stat(binding);
  const file = path.join(folder, memory);
  const all = await readMemory(file);
  const key = machine();
  const known = all[key];
  if (known?.built === built) return known.verdict;
  const { verdict, final } = await load(folder);
  if (final) {
    const text = `${JSON.stringify({ ...all, [key]: { built, verdict } }, null, 2)}\n`;
    // If the folder cannot be written, the next process tries again.
    await writeFile(file, text).catch(() => {});
  }
  return verdict;
}

async function readMemory(file: string): Promise<Record<string, Remembered | undefined>> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return {};
  }
}

/** What a verdict is valid for: different machines may share a home folder. */
function machine(): string {
  const { electron } = process.versions;
  const runtime = electron ? `Electron ${electron}` : `Node.js ${process.version}`;
  return [runtime, process.platform, process.arch, cpus()[0]?.model ?? ''].join(', ');
}

async function findBinding(folder: string): Promise<string | undefined> {
  const builds = await readdir(path.join(folder, 'lib')).catch(() => []);
  for (const build of builds) {
    const file = path.join(folder, 'lib', build, 'tfjs_binding.node');
    if (await stat(file).catch(() => undefined)) return file;
  }
  return undefined;
}

/** An error possibly caused by the system's state is not final, since the state may change. A crash is. */
function load(folder: string): Promise<{ verdict: Verdict; final: boolean }> {
  // Without NODE_OPTIONS, which may contain a debugger's; the variable makes Electron run as Node.js.
  const env = { ...process.env, NODE_OPTIONS: '', ELECTRON_RUN_AS_NODE: '1', TF_CPP_MIN_LOG_LEVEL: '2' };
  return new Promise((resolve) => {
    execFile(process.execPath, ['-e', trial, folder], { env, timeout: timeLimit }, (error, stdout, stderr) => {
      const answer = stdout.split('\n').at(-1) ?? '';
      if (!error && answer.startsWith('{')) {
        const { tensorflow } = JSON.parse(answer) as { tensorflow: string };
        resolve({ verdict: { loads: true, tensorflow }, final: true });
        return;
      }
      const last = wordsOf(stderr);
      if (error?.killed) {
        const reason = `it did not load within ${timeLimit / 1000} s.`;
        resolve({ verdict: { loads: false, reason }, final: false });
      } else if (error?.signal) {
        const reason = `it crashes (${error.signal})${last ? `: ${last}` : ', probably because the processor lacks instructions that it was built for.'}`;
        resolve({ verdict: { loads: false, reason }, final: error.signal !== 'SIGKILL' && error.signal !== 'SIGTERM' });
      } else {
        resolve({ verdict: { loads: false, reason: `it does not load: ${last || error?.message}` }, final: false });
      }
    });
  });
}

/** The line of a stack trace that says what happened, or the last line of what was printed. */
function wordsOf(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  return (
    lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.findLast((line) => !/^(at |Node\.js v)/.test(line)) ?? ''
  );
}

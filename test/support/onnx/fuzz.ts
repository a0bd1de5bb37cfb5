// Damaged and hostile ONNX files, opened and asked in a process of its own, as the engine is.
import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { hostileFiles } from './fuzzHostile.ts';

/** What the process is allowed to take for models, in bytes, whatever the machine has. */
const memory = 1e9;

/** What came of a file. A "mistake" is an error that is not one for the user. */
export interface Outcome {
  readonly name: string;
  readonly result: 'opened' | 'refused' | 'mistake' | 'died' | 'hung';
  readonly message: string;
  readonly milliseconds: number;
}

/** What came of many files. */
export interface FuzzReport {
  readonly outcomes: readonly Outcome[];
  /** The outcomes that must not be. */
  readonly failures: readonly Outcome[];
  /** Largest memory of the process, in bytes. */
  readonly peak: number;
}

/** The answer of fuzzChild.ts. */
export type Answer = Pick<Outcome, 'result' | 'message'> & { readonly peak: number };

/** So many files that seeds damage; the name of each states its seed. */
export function mutations(count: number): string[] {
  return Array.from({ length: count }, (_, seed) => `mutation ${seed}`);
}

/** Files that are made to take all memory, or all time. */
export const hostile: readonly string[] = Object.keys(hostileFiles);

/**
 * Opens files one after the other. A process that ends, or does not answer in time, is a failure of the file that it was
 * given; the next one goes to a new process.
 * @param names of `mutations` and `hostile`.
 */
export async function fuzz(names: readonly string[], limitMilliseconds = 20_000): Promise<FuzzReport> {
  const outcomes: Outcome[] = [];
  let peak = 0;
  let child: ChildProcess | undefined;
  for (const name of names) {
    child ??= start();
    const began = performance.now();
    const answer = await ask(child, name, limitMilliseconds);
    outcomes.push({ name, result: answer.result, message: answer.message, milliseconds: performance.now() - began });
    peak = Math.max(peak, answer.peak);
    if (answer.result !== 'died' && answer.result !== 'hung') continue;
    child.kill('SIGKILL');
    child = undefined;
  }
  child?.kill();
  const failures = outcomes.filter(({ result }) => result !== 'opened' && result !== 'refused');
  return { outcomes, failures, peak };
}

function start(): ChildProcess {
  return fork(path.join(import.meta.dirname, 'fuzzChild.ts'), {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, PERTURB_MEMORY: `${memory}`, PERTURB_PROVIDER: 'cpu' },
    // ONNX Runtime writes about every file that it refuses.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
}

function ask(child: ChildProcess, name: string, limitMilliseconds: number): Promise<Answer> {
  return new Promise((resolve) => {
    const settle = (answer: Answer) => {
      clearTimeout(timer);
      child.off('message', settle).off('exit', onExit);
      resolve(answer);
    };
    const onExit = (code: number | null, signal: string | null) =>
      settle({ result: 'died', message: `the process ended with ${signal ?? code}`, peak: 0 });
    const onTime = () => settle({ result: 'hung', message: `no answer within ${limitMilliseconds} ms`, peak: 0 });
    const timer = setTimeout(onTime, limitMilliseconds);
    child.on('message', settle).on('exit', onExit);
    child.send(name);
  });
}

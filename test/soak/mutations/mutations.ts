// Mutated inputs of every format, opened in a process of its own, as the product opens them.
import { type ChildProcess, fork } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { memoryFolder } from '../memoryFolder.ts';
import { hang } from './hang.ts';

/** What the process is allowed to take for models, in bytes, whatever the machine has. */
const memory = 1e9;

/** What it may take beside that: engines, and files as they are read. */
const overhead = 500e6;

/** What came of opening an input: a "mistake" is an error that is not one for people. */
export type Result = 'opened' | 'refused' | 'mistake' | 'died' | 'hung' | 'memory';

/** What came of a mutation. */
export interface Outcome {
  /** Format and seed, which bring it back: "onnx:12345". */
  readonly name: string;
  readonly result: Result;
  readonly message: string;
}

/** The answer of worker.ts; `peak` is the largest memory that its process has had, in bytes. */
export type Answer = Omit<Outcome, 'name'> & { readonly peak: number };

/** What worker.ts says before: it has loaded what the format needs, and used so many seconds of processor time so far. */
export interface Begun {
  readonly begun: number;
}

/** True for what must not come of any input. */
export function isFailure({ result }: Outcome): boolean {
  return result !== 'opened' && result !== 'refused';
}

/**
 * Opens mutated inputs, one after the other, in a process that is started anew when it has died. What engines never give
 * back counts as memory of the last one, so thousands take another object.
 */
export class Mutations {
  readonly #folder = memoryFolder('perturb-mutations-');
  #child: ChildProcess | undefined;
  #complaint = '';

  /**
   * Opens one.
   * @param keep a folder that the mutated input is to stay in.
   */
  async open(name: string, keep?: string): Promise<Outcome> {
    const isFirst = this.#child === undefined;
    const outcome = await this.#attempt(name, keep);
    if (!isFailure(outcome) || outcome.result === 'mistake') return outcome;
    this.#end();
    // What came before it may have been the cause.
    return isFirst ? outcome : this.open(name, keep);
  }

  /** Ends the process, and removes what it has written. */
  dispose(): void {
    this.#end();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #attempt(name: string, keep: string | undefined): Promise<Outcome> {
    this.#child ??= this.#start(keep);
    const { peak, ...answer } = await ask(this.#child, name);
    if (answer.result === 'died') return { name, ...answer, message: `${answer.message}: ${this.#complaint.trim()}` };
    const isTooLarge = !isFailure({ name, ...answer }) && peak > memory + overhead;
    return isTooLarge ? { name, result: 'memory', message: `${Math.round(peak / 1e6)} MB` } : { name, ...answer };
  }

  #start(keep: string | undefined): ChildProcess {
    this.#complaint = '';
    const child = fork(path.join(import.meta.dirname, 'worker.ts'), {
      execArgv: ['--import', 'tsx'],
      env: {
        ...process.env,
        TMPDIR: this.#folder,
        TEMP: this.#folder,
        PERTURB_MEMORY: `${memory}`,
        PERTURB_PROVIDER: 'cpu',
        PERTURB_THREADS: '1',
        ...(keep !== undefined && { PERTURB_KEEP: keep }),
      },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    // Libraries write about every file that they refuse: the last words may be those of a death.
    child.stderr?.on('data', (data: Buffer) => {
      this.#complaint = `${this.#complaint}${data}`.slice(-2000);
    });
    return child;
  }

  #end(): void {
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }
}

function ask(child: ChildProcess, name: string): Promise<Answer> {
  const answered = new AbortController();
  return new Promise<Answer>((resolve) => {
    const onMessage = (message: Begun | Answer) => {
      if (!('begun' in message)) return resolve(message);
      hang(child.pid as number, message.begun, answered.signal).then(
        (words) => resolve({ result: 'hung', message: words, peak: 0 }),
        () => {},
      );
    };
    const onExit = (code: number | null, signal: string | null) =>
      resolve({ result: 'died', message: `the process ended with ${signal ?? `exit code ${code}`}`, peak: 0 });
    child.on('message', onMessage).on('close', onExit);
    answered.signal.addEventListener('abort', () => child.off('message', onMessage).off('close', onExit));
    child.send(name, (error) => error && resolve({ result: 'died', message: error.message, peak: 0 }));
  }).finally(() => answered.abort());
}

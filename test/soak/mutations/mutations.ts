// Mutated inputs of every format, opened in a process of its own, as the product opens them.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What the process is allowed to take for models, in bytes, whatever the machine has. */
const memory = 1e9;

/** What it may take beside that: engines, and files as they are read. */
const overhead = 500e6;

/** Milliseconds until an input that is not open, nor refused, counts as hung. */
const patience = 20_000;

/** After so many, the process is replaced: what engines never give back is not to count as memory of a mutation. */
const mostInProcess = 2_000;

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

/** True for what must not come of any input. */
export function isFailure({ result }: Outcome): boolean {
  return result !== 'opened' && result !== 'refused';
}

/** Opens mutated inputs, one after the other, in a process that is started anew when it has died. */
export class Mutations {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'perturb-mutations-'));
  #child: ChildProcess | undefined;
  #count = 0;
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
    if (++this.#count > mostInProcess) this.#end();
    this.#child ??= this.#start(keep);
    const { peak, ...answer } = await ask(this.#child, name);
    if (answer.result === 'died') return { name, ...answer, message: `${answer.message}: ${this.#complaint.trim()}` };
    const isTooLarge = !isFailure({ name, ...answer }) && peak > memory + overhead;
    return isTooLarge ? { name, result: 'memory', message: `${Math.round(peak / 1e6)} MB` } : { name, ...answer };
  }

  #start(keep: string | undefined): ChildProcess {
    this.#count = 1;
    this.#complaint = '';
    const child = fork(path.join(import.meta.dirname, 'worker.ts'), {
      execArgv: ['--import', 'tsx'],
      env: {
        ...process.env,
        TMPDIR: this.#folder,
        TEMP: this.#folder,
        PERTURB_MEMORY: `${memory}`,
        PERTURB_PROVIDER: 'cpu',
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
  return new Promise((resolve) => {
    const settle = (answer: Answer) => {
      clearTimeout(timer);
      child.off('message', settle).off('close', onExit);
      resolve(answer);
    };
    const onExit = (code: number | null, signal: string | null) =>
      settle({ result: 'died', message: `the process ended with ${signal ?? `exit code ${code}`}`, peak: 0 });
    const onTime = () => settle({ result: 'hung', message: `no answer within ${patience / 1000} s`, peak: 0 });
    const timer = setTimeout(onTime, patience);
    child.on('message', settle).on('close', onExit);
    child.send(name);
  });
}

import { type ChildProcess, fork } from 'node:child_process';
import { type BirpcReturn, createBirpc } from 'birpc';
import type { TestPlan } from '../evaluation/plan.ts';
import type { TestReport } from '../reports/report.ts';
import { readExamples } from '../reports/runFolder.ts';
import type { ClientFunctions, EngineDescription, EngineFunctions, Progress } from './protocol.ts';
import { unstartedReport } from './runTest.ts';

/** How long a cancelled test may go on before its process is killed. */
const grace = 5_000;
/** How long the process may take to start and say what it is. */
const startLimit = 60_000;

/** The compute process: started when first needed, and again after it died. */
interface Running {
  readonly process: ChildProcess;
  readonly engine: BirpcReturn<EngineFunctions, ClientFunctions>;
  /** Settles, with the way it ended, when the process is gone. */
  readonly ended: Promise<string>;
}

/** Runs tests in a process of their own, so that nothing that happens there can harm the caller. */
export class EngineClient {
  readonly #entry: string;
  #running: Running | undefined;
  #onProgress: (progress: Progress) => void = () => {};

  /** @param entry path of the built compute side. */
  constructor(entry: string) {
    this.#entry = entry;
  }

  /** Process id of the compute side while there is one. */
  get pid(): number | undefined {
    return this.#running?.process.pid;
  }

  /**
   * What computes.
   * @throws Error when the process does not start or answer.
   */
  async describe(): Promise<EngineDescription> {
    const { engine, ended } = this.#start();
    return Promise.race([
      engine.describe(),
      ended.then((end) => {
        throw new Error(`The compute process ended before it was ready (${end}).`);
      }),
    ]);
  }

  /**
   * Runs one test. When the process dies, the test is errored, what it finished stays in the run folder, and the next
   * test gets a new process. Rejects only when `signal` aborts; a process that does not stop soon is killed.
   */
  async runTest(
    plan: TestPlan,
    folder: string,
    onProgress: (progress: Progress) => void,
    signal?: AbortSignal,
  ): Promise<TestReport> {
    signal?.throwIfAborted();
    const running = this.#start();
    this.#onProgress = onProgress;
    const cancel = () => {
      running.engine.cancel.asEvent();
      const timer = setTimeout(() => running.process.kill('SIGKILL'), grace);
      running.ended.then(() => clearTimeout(timer));
      timer.unref();
      test.finally(() => clearTimeout(timer)).catch(() => {});
    };
    const test = running.engine.runTest(plan, folder, 'process');
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await Promise.race([test, running.ended.then((end) => this.#died(plan, folder, end))]);
    } catch (error) {
      signal?.throwIfAborted();
      return {
        ...unstartedReport(plan, 'process'),
        message: `The compute process failed: ${(error as Error).message}`,
      };
    } finally {
      signal?.removeEventListener('abort', cancel);
      signal?.throwIfAborted();
    }
  }

  /** Ends the process. */
  dispose(): void {
    this.#running?.process.kill();
    this.#running = undefined;
  }

  #start(): Running {
    this.#running ??= this.#fork();
    return this.#running;
  }

  #fork(): Running {
    const child = fork(this.#entry, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    let complaint = '';
    child.stderr?.on('data', (data: Buffer) => {
      complaint = `${complaint}${data}`.slice(-2000);
    });
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) =>
        resolve([signal ? `signal ${signal}` : `exit code ${code}`, complaint.trim()].filter(Boolean).join(': ')),
      );
    });
    const engine = createBirpc<EngineFunctions, ClientFunctions>(
      { progress: (progress) => this.#onProgress(progress) },
      {
        post: (message) => child.connected && child.send(message),
        on: (listener) => child.on('message', listener),
        timeout: startLimit,
      },
    );
    const running = { process: child, engine, ended };
    ended.then(() => {
      if (this.#running === running) this.#running = undefined;
      engine.$close();
    });
    return running;
  }

  async #died(plan: TestPlan, folder: string, end: string): Promise<TestReport> {
    const finished = (await readExamples(folder)).filter(({ test }) => test === plan.id).length;
    return {
      ...unstartedReport(plan, 'process'),
      message: `The compute process ended in the middle of the test (${end}). ${finished} finished examples are kept in ${folder}. Run the test again; if it happens each time, there may be too little memory.`,
    };
  }
}

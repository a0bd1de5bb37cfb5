import { existsSync } from 'node:fs';
import { type BirpcReturn, createBirpc } from 'birpc';
import type { DetectorReport } from '../defenses/detectors/report.ts';
import type { DefensePlan, DetectorPlan } from '../defenses/plan.ts';
import type { TrainingProgress } from '../defenses/progress.ts';
import type { DefenseReport } from '../defenses/training/report.ts';
import type { PreprocessingCheck, PreprocessingRequest } from '../evaluation/checkPreprocessing.ts';
import type { Estimate } from '../evaluation/estimate.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import type { EngineLocation, TestReport } from '../reports/report.ts';
import { readExamples } from '../reports/runFolder.ts';
import { unstartedReport } from '../reports/unstartedReport.ts';
import { describeError, UserError } from '../userError.ts';
import type { ClientFunctions, EngineDescription, EngineFunctions, Progress } from './protocol.ts';
import { type Spawned, spawnAt } from './spawn.ts';

/** How a client starts and stops the compute side; times in milliseconds. */
export interface EngineOptions {
  readonly location?: EngineLocation;
  /** How long a cancelled test may go on before the compute side is killed. */
  readonly grace?: number;
  /** How long the compute side may take to start and say what it is. */
  readonly startLimit?: number;
  /** Folder that native TensorFlow was installed into, beside the places where it is looked for anyway. */
  readonly tensorflow?: string;
  /** "tensorflow" keeps layers models on TensorFlow.js; "auto" takes the faster ONNX Runtime where it can. */
  readonly runtime?: string;
  /** What ONNX Runtime computes with. */
  readonly provider?: string;
  /** Gigabytes that a model's work may take; a quarter of the machine's where there is none. */
  readonly memory?: number | null;
}

/** How one follows a training, and ends it. */
export interface TrainingOptions {
  onProgress(progress: TrainingProgress): void;
  readonly signal?: AbortSignal;
}

/** What to do when the compute side died and nothing of its work is left. */
const tryAgain = 'Try again; if it happens each time, there may be too little memory.';

/** A compute side at work, and the calls to it. */
interface Running {
  readonly side: Spawned;
  readonly calls: BirpcReturn<EngineFunctions, ClientFunctions>;
}

/** Runs tests on a compute side, which is started when it is first needed, and again after it died. */
export class EngineClient {
  readonly location: EngineLocation;
  readonly #entry: string;
  readonly #grace: number;
  readonly #startLimit: number;
  readonly #environment: NodeJS.ProcessEnv;
  #running: Running | undefined;
  #onProgress: (progress: Progress) => void = () => {};
  #onCheckProgress: (done: number, total: number) => void = () => {};
  #onTrainingProgress: (progress: TrainingProgress) => void = () => {};

  /** @param entry path of the built compute side. */
  constructor(entry: string, options: EngineOptions = {}) {
    const { location = 'process', grace = 5_000, startLimit = 60_000 } = options;
    this.#entry = entry;
    this.location = location;
    this.#grace = grace;
    this.#startLimit = startLimit;
    this.#environment = environmentOf(options);
  }

  /** Id of the process that computes, while there is one. */
  get pid(): number | undefined {
    return this.#running?.side.pid;
  }

  /**
   * What computes.
   * @throws UserError when the compute side does not start, or does not answer in time.
   */
  async describe(): Promise<EngineDescription> {
    const { side, calls } = this.#start();
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        side.kill();
        reject(new UserError(`The compute side did not answer within ${this.#startLimit / 1000} s.`));
      }, this.#startLimit);
    });
    const gone = side.ended.then((end) => {
      throw new UserError(`The compute side ended before it was ready (${end}).`);
    });
    return Promise.race([calls.describe(), gone, tooLate]).finally(() => clearTimeout(timer));
  }

  /**
   * Runs one test. When the compute side dies, the test is errored, what it finished stays in the run folder, and the next
   * test gets a new one. Rejects, with the signal's reason, only when `signal` aborts.
   */
  async runTest(
    plan: TestPlan,
    folder: string,
    onProgress: (progress: Progress) => void,
    signal?: AbortSignal,
  ): Promise<TestReport> {
    signal?.throwIfAborted();
    const unstarted = unstartedReport(plan, this.location);
    let running: Running;
    try {
      running = this.#start();
    } catch (error) {
      return { ...unstarted, message: describeError(error) };
    }
    this.#onProgress = onProgress;
    const gone = running.side.ended.then((end) => this.#died(plan, folder, end));
    try {
      const run = running.calls.runTest(plan, folder, this.location);
      return await this.#untilCancelled(running, Promise.race([run, gone]), signal);
    } catch (error) {
      signal?.throwIfAborted();
      return { ...unstarted, message: `The compute side failed: ${(error as Error).message}` };
    }
  }

  /**
   * How long a test may take; `undefined` where that cannot be said, for reasons that running the test will give.
   * Rejects, with the signal's reason, only when `signal` aborts.
   */
  async estimate(plan: TestPlan, signal?: AbortSignal): Promise<Estimate | undefined> {
    signal?.throwIfAborted();
    try {
      const running = this.#start();
      const gone = running.side.ended.then(() => undefined);
      return await this.#untilCancelled(running, Promise.race([running.calls.estimate(plan), gone]), signal);
    } catch {
      signal?.throwIfAborted();
      return undefined;
    }
  }

  /**
   * Tries the usual ways to preprocess images on a model and a dataset.
   * @param onProgress called with the number of conventions that were tried, of `total`.
   * @throws UserError when that cannot be done, or the compute side dies; with the signal's reason when `signal` aborts.
   */
  async checkPreprocessing(
    request: PreprocessingRequest,
    onProgress: (done: number, total: number) => void,
    signal?: AbortSignal,
  ): Promise<PreprocessingCheck> {
    this.#onCheckProgress = onProgress;
    const ended = 'of the check';
    return this.#ask(({ calls }) => calls.checkPreprocessing(request), { ended, advice: tryAgain, signal });
  }

  /**
   * Fits a detector.
   * @throws UserError when that cannot be done, or the compute side dies; with the signal's reason when `signal` aborts.
   */
  async trainDetector(plan: DetectorPlan, { onProgress, signal }: TrainingOptions): Promise<DetectorReport> {
    this.#onTrainingProgress = onProgress;
    const ended = `of training ${plan.name}`;
    return this.#ask(({ calls }) => calls.trainDetector(plan), { ended, advice: tryAgain, signal });
  }

  /**
   * Hardens a model.
   * @throws UserError when that cannot be done, or the compute side dies; with the signal's reason when `signal` aborts.
   */
  async trainDefense(plan: DefensePlan, { onProgress, signal }: TrainingOptions): Promise<DefenseReport> {
    this.#onTrainingProgress = onProgress;
    const ended = `of training ${plan.name}`;
    const advice = 'Start it again: it goes on after the last step that was finished.';
    return this.#ask(({ calls }) => calls.trainDefense(plan), { ended, advice, signal });
  }

  /** One call to the compute side, whose end is an error that says what was going on. */
  async #ask<T>(
    call: (running: Running) => Promise<T>,
    { ended, advice, signal }: { readonly ended: string; readonly advice: string; readonly signal?: AbortSignal },
  ): Promise<T> {
    signal?.throwIfAborted();
    const running = this.#start();
    const gone = running.side.ended.then((end) => {
      throw new UserError(`The compute side ended in the middle ${ended} (${end}). ${advice}`);
    });
    const answer = call(running).catch((error) => {
      throw new UserError((error as Error).message, { cause: error });
    });
    return this.#untilCancelled(running, Promise.race([answer, gone]), signal);
  }

  /** What work comes to. Rejects with the signal's reason when `signal` aborts; a side that does not heed that is killed. */
  async #untilCancelled<T>({ side, calls }: Running, work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const cancel = () => {
      calls.cancel.asEvent();
      timer = setTimeout(() => side.kill(), this.#grace);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await work;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      signal?.throwIfAborted();
    }
  }

  /** Ends the compute side. */
  dispose(): void {
    this.#running?.side.kill();
    this.#running = undefined;
  }

  /** @throws UserError when there is nothing to start. */
  #start(): Running {
    if (!this.#running && !existsSync(this.#entry)) {
      throw new UserError(
        `The compute side ${this.#entry} is missing. Run "npm run build" in Perturb's folder, or install Perturb again.`,
      );
    }
    this.#running ??= this.#spawn();
    return this.#running;
  }

  #spawn(): Running {
    const side = spawnAt[this.location](this.#entry, this.#environment);
    const calls = createBirpc<EngineFunctions, ClientFunctions>(
      {
        progress: (progress) => this.#onProgress(progress),
        checkProgress: (done, total) => this.#onCheckProgress(done, total),
        trainingProgress: (progress) => this.#onTrainingProgress(progress),
      },
      // A test takes as long as it takes: it can be cancelled, and a compute side that dies is noticed.
      { ...side.port, timeout: -1 },
    );
    const running = { side, calls };
    side.ended.then(() => {
      if (this.#running === running) this.#running = undefined;
    });
    return running;
  }

  async #died(plan: TestPlan, folder: string, end: string): Promise<TestReport> {
    const finished = (await readExamples(folder).catch(() => [])).filter(({ test }) => test === plan.id).length;
    return {
      ...unstartedReport(plan, this.location),
      message: `The compute side ended in the middle of the test (${end}). ${finished} finished examples are kept in ${folder}. Run the test again; if it happens each time, there may be too little memory.`,
    };
  }
}

/** Options that the compute side reads from its environment; what is not stated there stays as it is. */
function environmentOf({ tensorflow, runtime, provider, memory }: EngineOptions): NodeJS.ProcessEnv {
  return {
    ...(tensorflow ? { PERTURB_TENSORFLOW: tensorflow } : {}),
    ...(runtime ? { PERTURB_RUNTIME: runtime } : {}),
    ...(provider ? { PERTURB_PROVIDER: provider } : {}),
    ...(memory ? { PERTURB_MEMORY: String(memory * 1e9) } : {}),
  };
}

import { existsSync } from 'node:fs';
import { type BirpcReturn, createBirpc } from 'birpc';
import type { JobName, ProgressOf, RequestOf, ResultOf } from '../jobs/catalog.ts';
import { type SecretOf, secretInEnvironment } from '../models/remote/secret.ts';
import type { EngineLocation } from '../reports/report.ts';
import { UserError } from '../userError.ts';
import type { Computing } from './computing.ts';
import { exitError } from './exit.ts';
import type { ClientFunctions, EngineFunctions } from './protocol.ts';
import { type Spawned, spawnAt } from './spawn.ts';
import { Turns } from './turns.ts';

/** How a client starts and stops the engine, and what it computes with; times in milliseconds. */
export interface EngineOptions {
  readonly location?: EngineLocation;
  /** How long a cancelled call may go on before the engine is killed. */
  readonly grace?: number;
  /** How long the engine may take to start and identify itself. */
  readonly startLimit?: number;
  /** How long a model may take to open. */
  readonly openLimit?: number;
  /** Folder with native TensorFlow, in addition to the default places. */
  readonly tensorflow?: string;
  /** "tensorflow" keeps layers models on TensorFlow.js; "auto" uses the faster ONNX Runtime if possible. */
  readonly runtime?: string;
  /** What ONNX Runtime computes with. */
  readonly provider?: string;
  /** Memory limit for a model, in gigabytes; default: a quarter of the machine's. */
  readonly memory?: number | null;
  /** Called when an engine has started, with the id of its process. */
  onStart?(pid: number | undefined): void;
  /** Called when an engine is gone, with how it ended: "exit code 3: …", "signal SIGKILL". */
  onEnd?(end: string): void;
  /** Finds the secrets that endpoints name; default: in environment variables. */
  readonly secretOf?: SecretOf;
}

/** How to follow a call, and to cancel it. */
export interface CallOptions<Progress> {
  onProgress?(progress: Progress): void;
  readonly signal?: AbortSignal | undefined;
}

/** Takes calls: an engine, wherever it runs. */
export interface Callable {
  readonly location: EngineLocation;
  /**
   * Runs a job after those requested before it.
   * @throws UserError when it fails, or the engine is missing or exits; the signal's reason when that aborts.
   */
  call<Name extends JobName>(
    job: Name,
    request: RequestOf<Name>,
    options?: CallOptions<ProgressOf<Name>>,
  ): Promise<ResultOf<Name>>;
}

/** A running engine and the calls to it. */
interface Running {
  readonly engine: Spawned;
  /** Why it was ended, where it took too long. */
  overdue?: UserError;
  readonly functions: BirpcReturn<EngineFunctions, ClientFunctions>;
}

/** Calls an engine, which is started when first needed, and again after it exits. */
export class EngineClient implements Callable {
  readonly #entry: string;
  readonly #turns = new Turns();
  readonly #listeners = new Map<number, (progress: never) => void>();
  #options: EngineOptions;
  #running: Running | undefined;
  #calls = 0;
  #isDisposed = false;

  /** @param entry path of the built engine. */
  constructor(entry: string, options: EngineOptions = {}) {
    this.#entry = entry;
    this.#options = options;
  }

  get location(): EngineLocation {
    return this.#options.location ?? 'process';
  }

  /** Id of the process that computes, while there is one. */
  get pid(): number | undefined {
    return this.#running?.engine.pid;
  }

  /**
   * What computes; does not wait for other calls.
   * @throws UserError when the engine does not start, or does not answer in time.
   */
  async describe(): Promise<ResultOf<'describe'>> {
    const { startLimit = 60_000 } = this.#options;
    const { engine } = this.#start();
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        engine.kill();
        reject(new UserError(`The engine process did not answer within ${startLimit / 1000} s.`));
      }, startLimit);
    });
    return Promise.race([this.#call('describe', undefined), tooLate]).finally(() => clearTimeout(timer));
  }

  async call<Name extends JobName>(
    job: Name,
    request: RequestOf<Name>,
    options: CallOptions<ProgressOf<Name>> = {},
  ): Promise<ResultOf<Name>> {
    return this.#turns.take(() => this.#call(job, request, options), options.signal);
  }

  /** Ends the engine; the next call starts another one with these options. */
  restart(options: EngineOptions): void {
    this.#kill();
    this.#options = options;
  }

  /** Ends the engine and rejects further calls. */
  dispose(): void {
    this.#isDisposed = true;
    this.#kill();
  }

  #kill(): void {
    this.#running?.engine.kill();
    this.#running = undefined;
  }

  async #call<Name extends JobName>(
    job: Name,
    request: RequestOf<Name>,
    { onProgress, signal }: CallOptions<ProgressOf<Name>> = {},
  ): Promise<ResultOf<Name>> {
    const running = this.#start();
    const { engine, functions } = running;
    const id = ++this.#calls;
    if (onProgress) this.#listeners.set(id, onProgress);
    let timer: NodeJS.Timeout | undefined;
    const cancel = () => {
      functions.cancel.asEvent(id);
      timer = setTimeout(() => engine.kill(), this.#options.grace ?? 5_000);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    const exit = engine.ended.then((end) => {
      throw running.overdue ?? exitError(job, end);
    });
    const answer = functions.call(id, job, request).catch((error: Error) => {
      throw new UserError(error.message, { cause: error });
    });
    try {
      return (await Promise.race([answer, exit])) as ResultOf<Name>;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      this.#listeners.delete(id);
      signal?.throwIfAborted();
    }
  }

  /** @throws UserError when the engine is missing or shut down. */
  #start(): Running {
    if (this.#isDisposed) throw new UserError('The engine was shut down. Start Perturb again.');
    if (!this.#running && !existsSync(this.#entry)) {
      throw new UserError(
        `The engine ${this.#entry} is missing. Run "npm run build" in Perturb's folder, or install Perturb again.`,
      );
    }
    this.#running ??= this.#spawn();
    return this.#running;
  }

  #spawn(): Running {
    const { location } = this;
    const { openLimit = 600_000, secretOf = secretInEnvironment, onStart, onEnd } = this.#options;
    const engine = spawnAt[location](this.#entry);
    onStart?.(engine.pid);
    let timer: NodeJS.Timeout | undefined;
    const opening = (model: string | undefined) => {
      clearTimeout(timer);
      if (model === undefined) return;
      timer = setTimeout(() => {
        running.overdue = new UserError(
          `${model}: the model did not open within ${openLimit / 1000} s. Check that the file is what you exported, or use a smaller model.`,
        );
        engine.kill();
      }, openLimit);
    };
    const progress = (id: number, progress: unknown) => this.#listeners.get(id)?.(progress as never);
    const functions = createBirpc<EngineFunctions, ClientFunctions>(
      { progress, opening, secret: secretOf },
      // No time limit: a job can be cancelled, and an exiting engine is noticed.
      { ...engine.port, timeout: -1 },
    );
    functions.configure.asEvent({ location, computing: computingFor(this.#options) });
    const running: Running = { engine, functions };
    engine.ended.then((end) => {
      clearTimeout(timer);
      onEnd?.(end);
      if (this.#running === running) this.#running = undefined;
    });
    return running;
  }
}

/** What the options set; the engine's environment sets the rest. */
function computingFor({ tensorflow, runtime, provider, memory }: EngineOptions): Computing {
  return {
    models: { ...(runtime && { runtime }), ...(provider && { provider }), ...(memory && { memory: memory * 1e9 }) },
    tensorflow: tensorflow ? { folder: tensorflow } : {},
  };
}

import { existsSync } from 'node:fs';
import { type BirpcReturn, createBirpc } from 'birpc';
import type { JobName, ProgressOf, RequestOf, ResultOf } from '../jobs/catalog.ts';
import type { EngineLocation } from '../reports/report.ts';
import { UserError } from '../userError.ts';
import type { Computing } from './computing.ts';
import { EngineExit } from './exit.ts';
import type { ClientFunctions, EngineFunctions } from './protocol.ts';
import { type Spawned, spawnAt } from './spawn.ts';
import { Turns } from './turns.ts';

/** How a client starts and stops the engine, and what it is to compute with; times in milliseconds. */
export interface EngineOptions {
  readonly location?: EngineLocation;
  /** How long a cancelled call may go on before the engine is killed. */
  readonly grace?: number;
  /** How long the engine may take to start and say what it is. */
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

/** How one follows a call, and ends it. */
export interface CallOptions<Progress> {
  onProgress?(progress: Progress): void;
  readonly signal?: AbortSignal | undefined;
}

/** What calls are made to: an engine, wherever it runs. */
export interface Callable {
  readonly location: EngineLocation;
  /**
   * Has a job done, after those that were asked for before.
   * @throws UserError when it cannot be done, or the engine is missing or exits; the signal's reason when that aborts.
   */
  call<Name extends JobName>(
    job: Name,
    request: RequestOf<Name>,
    options?: CallOptions<ProgressOf<Name>>,
  ): Promise<ResultOf<Name>>;
}

/** An engine at work, and the calls to it. */
interface Running {
  readonly engine: Spawned;
  readonly functions: BirpcReturn<EngineFunctions, ClientFunctions>;
}

/** Calls an engine, which is started when it is first needed, and again after it exited. */
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
   * What computes; waits for no other call.
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

  /** Ends the engine; what is called next starts another one, with these options. */
  restart(options: EngineOptions): void {
    this.#kill();
    this.#options = options;
  }

  /** Ends the engine, and refuses further calls. */
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
    const { engine, functions } = this.#start();
    const id = ++this.#calls;
    if (onProgress) this.#listeners.set(id, onProgress);
    let timer: NodeJS.Timeout | undefined;
    const cancel = () => {
      functions.cancel.asEvent(id);
      timer = setTimeout(() => engine.kill(), this.#options.grace ?? 5_000);
    };
    signal?.addEventListener('abort', cancel, { once: true });
    const exit = engine.ended.then((end) => {
      throw new EngineExit(job, end);
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

  /** @throws UserError when there is nothing to start. */
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
    const engine = spawnAt[location](this.#entry);
    const functions = createBirpc<EngineFunctions, ClientFunctions>(
      { progress: (id, progress) => this.#listeners.get(id)?.(progress as never) },
      // A job takes as long as it takes: it can be cancelled, and an engine that exits is noticed.
      { ...engine.port, timeout: -1 },
    );
    functions.configure.asEvent({ location, computing: computingFor(this.#options) });
    const running = { engine, functions };
    engine.ended.then(() => {
      if (this.#running === running) this.#running = undefined;
    });
    return running;
  }
}

/** What options say of it; the engine's environment says the rest. */
function computingFor({ tensorflow, runtime, provider, memory }: EngineOptions): Computing {
  return {
    models: { ...(runtime && { runtime }), ...(provider && { provider }), ...(memory && { memory: memory * 1e9 }) },
    tensorflow: tensorflow ? { folder: tensorflow } : {},
  };
}

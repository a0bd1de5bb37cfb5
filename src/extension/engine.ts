import path from 'node:path';
import * as vscode from 'vscode';
import type { Callable, CallOptions, EngineClient, EngineOptions } from '../engine/client.ts';
import type { JobName, ProgressOf, RequestOf, ResultOf } from '../jobs/catalog.ts';
import type { EngineDescription } from '../jobs/describe.ts';
import type { TestProgress } from '../jobs/runTest.ts';
import type { RuntimeDescription } from '../models/onnx/session/session.ts';
import type { EngineLocation, RunReport } from '../reports/report.ts';
import type { RunRequest } from '../run/run.ts';
import type { Log } from './log.ts';
import { RunningTests } from './runningTests.ts';
import { secretIn } from './secrets.ts';

/** The engine as the extension uses it: where the settings put it. */
export class Engine implements Callable, vscode.Disposable {
  /** Where *Install Native TensorFlow* puts it, unless a setting names another folder. */
  readonly tensorflowFolder: string;
  readonly #version: string;
  readonly #entry: string;
  readonly #log: Log;
  readonly #secrets: vscode.SecretStorage;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #progressed = new vscode.EventEmitter<TestProgress | undefined>();
  readonly #configuration: vscode.Disposable;
  readonly #running: RunningTests;
  /** Loaded on first use, so that activation does not wait for it. */
  #client: Promise<EngineClient> | undefined;
  #description: EngineDescription | undefined;

  /** Fires when the description of the engine has changed. */
  readonly onDidChange = this.#changed.event;
  /** Fires while a test runs, and with `undefined` when it has ended. */
  readonly onDidProgress = this.#progressed.event;

  constructor(context: vscode.ExtensionContext, log: Log) {
    const { extension, extensionPath, globalStorageUri, secrets } = context;
    this.#version = extension.packageJSON.version;
    this.#log = log;
    this.#running = RunningTests.of(context);
    this.#secrets = secrets;
    this.tensorflowFolder = path.join(globalStorageUri.fsPath, 'tensorflow');
    this.#entry = path.join(extensionPath, 'dist', 'engine.js');
    this.#configuration = vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('perturb.engine')) this.restart();
    });
  }

  /** Ends the engine; the next call starts a new one, as the settings then say. */
  restart(): void {
    void this.#client?.then((client) => client.restart(this.#options));
    this.#description = undefined;
    this.#changed.fire();
  }

  get location(): EngineLocation {
    return vscode.workspace.getConfiguration('perturb.engine').get<EngineLocation>('location', 'process');
  }

  /** The description of the engine, if already known. */
  get description(): EngineDescription | undefined {
    return this.#description;
  }

  /** Finds out what computes, starting the engine if it must. */
  async describe(): Promise<EngineDescription> {
    const description = await (await this.#start()).describe();
    const { onnx, tensorflow, node, platform } = description;
    this.#description = description;
    this.#log.info(`The engine computes with ${onnx.name} and ${tensorflow.name} (Node.js ${node}, ${platform}).`);
    for (const { reason } of [onnx, tensorflow]) if (reason) this.#log.warn(reason);
    this.#changed.fire();
    return description;
  }

  /**
   * What an engine of its own computes with when it is asked for a provider.
   * @throws UserError when it does not start.
   */
  async describeProvider(provider: string): Promise<RuntimeDescription> {
    const { EngineClient } = await import('../engine/client.ts');
    const client = new EngineClient(this.#entry, { provider });
    try {
      return (await client.describe()).onnx;
    } finally {
      client.dispose();
    }
  }

  async call<Name extends JobName>(
    job: Name,
    request: RequestOf<Name>,
    options?: CallOptions<ProgressOf<Name>>,
  ): Promise<ResultOf<Name>> {
    try {
      return await (await this.#start()).call(job, request, options);
    } finally {
      if (this.#description === undefined) void this.describe().catch(() => {});
    }
  }

  /** Runs tests, after what was asked for before. @throws as `run` does. */
  async run(request: Omit<RunRequest, 'engine' | 'version'>): Promise<RunReport> {
    const [{ run }, { lockFolder }] = await Promise.all([import('../run/run.ts'), import('../reports/lock.ts')]);
    const { folder } = request;
    const unlock = await lockFolder(folder);
    const shown: Pick<RunRequest, 'onStart' | 'onProgress' | 'onFinished'> = {
      onStart: (plan) => {
        this.#log.info(`${plan.id}: started; ${folder}`);
        this.#running.begin(folder, plan);
        request.onStart?.(plan);
      },
      onProgress: (progress) => {
        this.#progressed.fire(progress);
        this.#running.advance(folder, progress);
        request.onProgress?.(progress);
      },
      onFinished: (report) => {
        this.#log.info(`${report.id}: ${report.status}: ${report.message}`);
        this.#running.end(folder, report);
        request.onFinished?.(report);
      },
    };
    try {
      return await run({ ...request, engine: this, version: this.#version, ...shown });
    } finally {
      this.#running.end(folder);
      this.#progressed.fire(undefined);
      await unlock();
    }
  }

  dispose(): void {
    void this.#client?.then((client) => client.dispose());
    this.#configuration.dispose();
    this.#changed.dispose();
    this.#progressed.dispose();
  }

  #start(): Promise<EngineClient> {
    this.#client ??= import('../engine/client.ts').then(
      ({ EngineClient }) => new EngineClient(this.#entry, this.#options),
    );
    return this.#client;
  }

  get #options(): EngineOptions {
    const settings = vscode.workspace.getConfiguration('perturb.engine');
    return {
      location: this.location,
      tensorflow: settings.get<string>('tensorflow') || this.tensorflowFolder,
      runtime: settings.get<string>('runtime', 'auto'),
      provider: settings.get<string>('provider', 'cpu'),
      memory: settings.get<number | null>('memory', null),
      onStart: (pid) => this.#log.info(`The engine has started in process ${pid ?? '?'} (${this.location}).`),
      onEnd: (end) => this.#log.warn(`The engine has ended: ${end}`),
      secretOf: secretIn(this.#secrets),
    };
  }
}

import path from 'node:path';
import * as vscode from 'vscode';
import type { DetectorReport } from '../defenses/detectors/report.ts';
import type { DefensePlan, DetectorPlan } from '../defenses/plan.ts';
import type { DefenseReport } from '../defenses/training/report.ts';
import type { EngineClient, TrainingOptions } from '../engine/client.ts';
import type { EngineDescription, Progress } from '../engine/protocol.ts';
import type { PreprocessingCheck, PreprocessingRequest } from '../evaluation/checkPreprocessing.ts';
import type { Estimate } from '../evaluation/estimate.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import type { EngineLocation, TestReport } from '../reports/report.ts';

/** The engine as used by the extension: where the settings put it, one test at a time. */
export class Engine implements vscode.Disposable {
  /** Where *Install Native TensorFlow* puts it, unless a setting names another folder. */
  readonly tensorflowFolder: string;
  readonly #entry: string;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #progressed = new vscode.EventEmitter<Progress | undefined>();
  readonly #configuration: vscode.Disposable;
  /** Loaded on first use, so that activation does not wait for it. */
  #client: Promise<EngineClient> | undefined;
  #description: EngineDescription | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** Fires when the description of the engine has changed. */
  readonly onDidChange = this.#changed.event;
  /** Fires while a test runs, and with `undefined` when it has ended. */
  readonly onDidProgress = this.#progressed.event;

  constructor({ extensionPath, globalStorageUri }: vscode.ExtensionContext) {
    this.tensorflowFolder = path.join(globalStorageUri.fsPath, 'tensorflow');
    this.#entry = path.join(extensionPath, 'dist', 'engine.js');
    this.#configuration = vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('perturb.engine')) this.restart();
    });
  }

  /** Stops the engine; the next test starts a new one with the settings at that time. */
  restart(): void {
    this.#drop();
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

  /** Describes the engine, starting it if necessary. */
  async describe(): Promise<EngineDescription> {
    this.#description = await (await this.#start()).describe();
    this.#changed.fire();
    return this.#description;
  }

  /** Runs one test after all previous requests. Rejects only if it was canceled. */
  runTest(plan: TestPlan, folder: string, signal: AbortSignal): Promise<TestReport> {
    return this.#inTurn(async () => {
      try {
        const client = await this.#start();
        return await client.runTest(plan, folder, (progress) => this.#progressed.fire(progress), signal);
      } finally {
        this.#progressed.fire(undefined);
        if (this.#description === undefined) void this.describe().catch(() => {});
      }
    });
  }

  /** Estimates how long a test takes, after all previous requests; `undefined` if unknown. */
  estimate(plan: TestPlan, signal: AbortSignal): Promise<Estimate | undefined> {
    return this.#inTurn(async () => (await this.#start()).estimate(plan, signal));
  }

  /** Tries common preprocessing conventions, after all previous requests. */
  checkPreprocessing(
    request: PreprocessingRequest,
    onProgress: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<PreprocessingCheck> {
    return this.#inTurn(async () => (await this.#start()).checkPreprocessing(request, onProgress, signal));
  }

  /** Trains a detector, after all previous requests. */
  trainDetector(plan: DetectorPlan, options: TrainingOptions): Promise<DetectorReport> {
    return this.#inTurn(async () => (await this.#start()).trainDetector(plan, options));
  }

  /** Hardens a model, after all previous requests. */
  trainDefense(plan: DefensePlan, options: TrainingOptions): Promise<DefenseReport> {
    return this.#inTurn(async () => (await this.#start()).trainDefense(plan, options));
  }

  dispose(): void {
    this.#drop();
    this.#configuration.dispose();
    this.#changed.dispose();
    this.#progressed.dispose();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }

  #drop(): void {
    void this.#client?.then((client) => client.dispose());
    this.#client = undefined;
  }

  #start(): Promise<EngineClient> {
    this.#client ??= this.#create();
    return this.#client;
  }

  async #create(): Promise<EngineClient> {
    const settings = vscode.workspace.getConfiguration('perturb.engine');
    const options = {
      location: this.location,
      tensorflow: settings.get<string>('tensorflow') || this.tensorflowFolder,
      runtime: settings.get<string>('runtime', 'auto'),
      provider: settings.get<string>('provider', 'cpu'),
      memory: settings.get<number | null>('memory', null),
    };
    const { EngineClient } = await import('../engine/client.ts');
    return new EngineClient(this.#entry, options);
  }
}

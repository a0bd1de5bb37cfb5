import path from 'node:path';
import * as vscode from 'vscode';
import { EngineClient } from '../engine/client.ts';
import type { EngineDescription, Progress } from '../engine/protocol.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import type { EngineLocation, TestReport } from '../reports/report.ts';

/** The compute side as the extension uses it: where the settings put it, one test at a time. */
export class Engine implements vscode.Disposable {
  /** Where *Install Native TensorFlow* puts it, unless a setting names another folder. */
  readonly tensorflowFolder: string;
  readonly #entry: string;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #progressed = new vscode.EventEmitter<Progress | undefined>();
  readonly #configuration: vscode.Disposable;
  #client: EngineClient;
  #description: EngineDescription | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  /** Fires when what is known of the engine has changed. */
  readonly onDidChange = this.#changed.event;
  /** Fires while a test runs, and with `undefined` when it has ended. */
  readonly onDidProgress = this.#progressed.event;

  constructor({ extensionPath, globalStorageUri }: vscode.ExtensionContext) {
    this.tensorflowFolder = path.join(globalStorageUri.fsPath, 'tensorflow');
    this.#entry = path.join(extensionPath, 'dist', 'engine.js');
    this.#client = this.#create();
    this.#configuration = vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('perturb.engine')) this.restart();
    });
  }

  /** Ends the compute side; the next test starts a new one, as the settings then say. */
  restart(): void {
    this.#client.dispose();
    this.#client = this.#create();
    this.#description = undefined;
    this.#changed.fire();
  }

  get location(): EngineLocation {
    return this.#client.location;
  }

  /** Id of the process that computes, while there is one. */
  get pid(): number | undefined {
    return this.#client.pid;
  }

  /** What computes, if that is known already. */
  get description(): EngineDescription | undefined {
    return this.#description;
  }

  /** Finds out what computes, starting the compute side if it must. */
  async describe(): Promise<EngineDescription> {
    this.#description = await this.#client.describe();
    this.#changed.fire();
    return this.#description;
  }

  /** Runs one test after those that were asked for before. Rejects only when it was cancelled. */
  runTest(plan: TestPlan, folder: string, signal: AbortSignal): Promise<TestReport> {
    const run = async () => {
      try {
        return await this.#client.runTest(plan, folder, (progress) => this.#progressed.fire(progress), signal);
      } finally {
        this.#progressed.fire(undefined);
        if (this.#description === undefined) void this.describe().catch(() => {});
      }
    };
    const result = this.#turn.then(run);
    this.#turn = result.catch(() => {});
    return result;
  }

  dispose(): void {
    this.#client.dispose();
    this.#configuration.dispose();
    this.#changed.dispose();
    this.#progressed.dispose();
  }

  #create(): EngineClient {
    const settings = vscode.workspace.getConfiguration('perturb.engine');
    return new EngineClient(this.#entry, {
      location: settings.get<EngineLocation>('location', 'process'),
      tensorflow: settings.get<string>('tensorflow') || this.tensorflowFolder,
    });
  }
}

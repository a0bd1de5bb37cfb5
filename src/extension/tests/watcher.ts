import { stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { robustnessFolder } from '../../corpus/folder.ts';
import type { TestPlan } from '../../evaluation/plan.ts';
import { type Input, inputsOf } from '../../run/inputs.ts';

/** How long, in milliseconds, files must rest before a change counts: a model is written in several steps. */
const rest = 500;

/** What the result of a test follows from. */
export function inputsIn(plan: TestPlan): Input[] {
  return Object.values(inputsOf(plan)).flat();
}

/** Watches the settings, what is kept beside them, and what the tests read. */
export class Watcher implements vscode.Disposable {
  readonly #settings = vscode.workspace.createFileSystemWatcher('**/{.vscode/settings.json,*.code-workspace}');
  readonly #kept = vscode.workspace.createFileSystemWatcher(`**/${robustnessFolder}/*.jsonl`);
  /** What is in a folder before the system watches it is never reported. */
  readonly #folders = vscode.workspace.createFileSystemWatcher(`**/{.vscode,${robustnessFolder}}`);
  readonly #settingsChanged = new vscode.EventEmitter<void>();
  readonly #inputsChanged = new vscode.EventEmitter<readonly string[]>();
  #inputs: vscode.Disposable[] = [];
  #watched = '';
  #pending = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  readonly onDidChangeSettings = this.#settingsChanged.event;
  /** Fires with the paths of what tests read that has changed. */
  readonly onDidChangeInputs = this.#inputsChanged.event;

  constructor() {
    const fire = () => this.#settingsChanged.fire();
    for (const watcher of [this.#settings, this.#kept, this.#folders]) {
      watcher.onDidChange(fire);
      watcher.onDidCreate(fire);
      watcher.onDidDelete(fire);
    }
  }

  /** Watches what these tests read. */
  watch(plans: readonly TestPlan[]): void {
    const inputs = new Map(plans.flatMap(inputsIn).map((input) => [`${input.path} ${input.isWithOthers}`, input]));
    const watched = [...inputs.keys()].sort().join('\n');
    if (watched === this.#watched) return;
    this.#watched = watched;
    for (const watcher of this.#inputs) watcher.dispose();
    this.#inputs = [];
    for (const input of inputs.values()) void this.#watchInput(input);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    vscode.Disposable.from(
      this.#settings,
      this.#kept,
      this.#folders,
      this.#settingsChanged,
      this.#inputsChanged,
      ...this.#inputs,
    ).dispose();
  }

  async #watchInput({ path: input, isWithOthers }: Input): Promise<void> {
    const uri = vscode.Uri.file(input);
    const below = new vscode.RelativePattern(uri, '**');
    const beside = new vscode.RelativePattern(vscode.Uri.file(path.dirname(input)), '*');
    const found = await stat(input).catch(() => undefined);
    // What is not there yet may become either.
    if (!found?.isFile()) this.#watchFiles(below, input, () => true);
    if (!found?.isDirectory()) {
      this.#watchFiles(beside, input, (file) => isWithOthers || file.toString() === uri.toString());
    }
  }

  #watchFiles(files: vscode.RelativePattern, input: string, counts: (file: vscode.Uri) => boolean): void {
    const watcher = vscode.workspace.createFileSystemWatcher(files);
    // Runs are kept inside the workspace, perhaps inside the folder that is watched.
    const changed = (file: vscode.Uri) => {
      if (counts(file) && !file.path.includes('/.perturb/')) this.#changed(input);
    };
    watcher.onDidChange(changed);
    watcher.onDidCreate(changed);
    watcher.onDidDelete(changed);
    this.#inputs.push(watcher);
  }

  #changed(input: string): void {
    this.#pending.add(input);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const paths = [...this.#pending];
      this.#pending = new Set();
      this.#inputsChanged.fire(paths);
    }, rest);
  }
}

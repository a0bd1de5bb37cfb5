import { stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { robustnessFolder } from '../../corpus/folder.ts';
import type { TestPlan } from '../../evaluation/plan.ts';

/** How long, in milliseconds, files must rest before a change counts: a model is written in several steps. */
const rest = 500;

/** What a test reads: its model with its enrolled images, its images and its detector. */
export function inputsOf({ model, dataset, detector }: TestPlan): string[] {
  const others = [model.enrolled?.path, dataset?.path, detector && path.join(detector.path, 'detector.json')];
  // Nobody tells when a model on a server changes.
  const files = model.endpoint === undefined ? [model.path] : [];
  return [...files, ...others.filter((input) => input !== undefined)];
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
  /** Fires with the paths of the models, datasets and detectors that changed. */
  readonly onDidChangeInputs = this.#inputsChanged.event;

  constructor() {
    const fire = () => this.#settingsChanged.fire();
    for (const watcher of [this.#settings, this.#kept, this.#folders]) {
      watcher.onDidChange(fire);
      watcher.onDidCreate(fire);
      watcher.onDidDelete(fire);
    }
  }

  /** Watches what these tests read: the folder of a model, since its weights lie there, and that of its images. */
  watch(plans: readonly TestPlan[]): void {
    const inputs = [...new Set(plans.flatMap(inputsOf))].sort();
    if (inputs.join('\n') === this.#watched) return;
    this.#watched = inputs.join('\n');
    for (const watcher of this.#inputs) watcher.dispose();
    this.#inputs = [];
    for (const input of inputs) void this.#watchInput(input);
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

  async #watchInput(input: string): Promise<void> {
    const isFolder = (await stat(input).catch(() => undefined))?.isDirectory() ?? false;
    const pattern = isFolder
      ? new vscode.RelativePattern(vscode.Uri.file(input), '**')
      : new vscode.RelativePattern(vscode.Uri.file(path.dirname(input)), '*');
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    // Runs are kept inside the workspace, perhaps inside the folder that is watched.
    const changed = ({ path: file }: vscode.Uri) => {
      if (!file.includes('/.perturb/')) this.#changed(input);
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

import * as vscode from 'vscode';
import type { Problem } from '../../settings/problem.ts';
import { places } from './places.ts';
import { isSettings, openDocument, textReader, toRange } from './settingsDocuments.ts';

/** How long, in milliseconds, nobody must have typed before the settings are looked at. */
const rest = 300;

/** Shows what is wrong with the settings in Problems and in the editor, except for what VS Code finds by their schema. */
export class SettingsProblems implements vscode.Disposable {
  readonly #collection = vscode.languages.createDiagnosticCollection('perturb');
  readonly #edits: vscode.Disposable;
  #problems: readonly Problem[] = [];
  #timer: NodeJS.Timeout | undefined;
  #updating: Promise<void> = Promise.resolve();

  constructor() {
    this.#edits = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length === 0 || !isSettings(document)) return;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.update(), rest);
    });
  }

  /** What is wrong in a file, including what its schema tells. */
  of(file: string): Problem[] {
    return this.#problems.filter((problem) => problem.file === file);
  }

  /** Looks at all settings, as editors have them. */
  update(): Promise<void> {
    this.#updating = this.#updating.then(() => this.#inspect());
    return this.#updating;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    vscode.Disposable.from(this.#collection, this.#edits).dispose();
  }

  async #inspect(): Promise<void> {
    const [{ readWorkspace }, { inspectSettings }, { parseJson }, readText] = await Promise.all([
      import('../../settings/readSettings.ts'),
      import('../../settings/inspection/inspectSettings.ts'),
      import('../../settings/jsonc.ts'),
      textReader(),
    ]);
    const found: Problem[] = [];
    for (const place of await places()) {
      // What cannot be read at all is told in the Test Explorer.
      const workspace = await readWorkspace(place, readText).catch(() => undefined);
      if (workspace) found.push(...(await inspectSettings(workspace)));
    }
    this.#problems = found;
    this.#collection.clear();
    for (const file of new Set(found.map((problem) => problem.file))) {
      const document = parseJson(openDocument(file)?.getText() ?? (await readText(file)) ?? '');
      const shown = this.of(file).filter(({ knownToEditor }) => !knownToEditor);
      const diagnostics = shown.map(({ path, message }) => {
        const diagnostic = new vscode.Diagnostic(toRange(document.underline(path)), message);
        diagnostic.source = 'Perturb';
        return diagnostic;
      });
      this.#collection.set(vscode.Uri.file(file), diagnostics);
    }
  }
}

import * as vscode from 'vscode';
import type { TestProgress } from '../jobs/runTest.ts';
import { escapeMarkdown } from '../reports/markdown.ts';
import type { Engine } from './engine.ts';

const { l10n } = vscode;

/** How often, in milliseconds, progress is shown. */
const progressInterval = 200;

/** Shows in the status bar which engine is used and where, why another one is not, and how to fix that. */
export class StatusItem implements vscode.Disposable {
  readonly #engine: Engine;
  readonly #item = vscode.window.createStatusBarItem('perturb.engine', vscode.StatusBarAlignment.Right);
  readonly #subscriptions: readonly vscode.Disposable[];
  #shownAt = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#item.name = l10n.t('Perturb Engine');
    this.#item.command = 'perturb.showEngine';
    this.#subscriptions = [
      engine.onDidChange(() => this.#show()),
      engine.onDidProgress((progress) => this.#showProgress(progress)),
    ];
    this.#show();
    this.#item.show();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#item.dispose();
  }

  #showProgress(progress: TestProgress | undefined): void {
    if (progress === undefined) {
      this.#show();
      return;
    }
    const now = Date.now();
    if (now - this.#shownAt < progressInterval) return;
    this.#shownAt = now;
    const { test, phase, done, total } = progress;
    const what = { loading: l10n.t('loading…'), attacking: `${done}/${total}`, auditing: l10n.t('auditing…') };
    this.#item.text = `$(loading~spin) ${test}: ${what[phase]}`;
  }

  #show(): void {
    const provider = this.#engine.description?.onnx.provider;
    this.#item.text = `$(beaker) Perturb${provider === undefined ? '' : `: ONNX Runtime (${provider})`}`;
    // What is wrong comes from files and systems, so it is shown literally.
    this.#item.tooltip = new vscode.MarkdownString(describeEngine(this.#engine).map(escapeMarkdown).join('\n\n'));
  }
}

/** Which engines are used, where, and why: one line each. What installs native TensorFlow is a command of its own. */
export function describeEngine({ description, location }: Engine): string[] {
  const where =
    location === 'process'
      ? l10n.t('Attacks run in a separate process.')
      : l10n.t('Attacks run in a worker thread inside the extension host.');
  if (description === undefined) return [l10n.t('The engine has not started yet.'), where];
  const { onnx, tensorflow } = description;
  return [
    l10n.t('ONNX models and TensorFlow.js models that can be converted to ONNX: {0}', onnx.name),
    ...(onnx.reason ? [l10n.t('Why not another engine: {0}', onnx.reason)] : []),
    ...(onnx.repair ? [l10n.t('To fix this: {0}', onnx.repair)] : []),
    l10n.t('Other TensorFlow.js models and training: {0}', tensorflow.name),
    ...(tensorflow.reason ? [l10n.t('Why not native TensorFlow: {0}', tensorflow.reason)] : []),
    where,
  ];
}

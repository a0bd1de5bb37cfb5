import * as vscode from 'vscode';
import type { Engine } from './engine.ts';

const { l10n } = vscode;

/** Says in the status bar which engine computes, where, why not another, and how to repair that. */
export class StatusItem implements vscode.Disposable {
  readonly #engine: Engine;
  readonly #item = vscode.window.createStatusBarItem('perturb.engine', vscode.StatusBarAlignment.Right);
  readonly #subscription: vscode.Disposable;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#item.name = l10n.t('Perturb engine');
    this.#item.command = 'perturb.showEngine';
    this.#subscription = engine.onDidChange(() => this.#show());
    this.#show();
    this.#item.show();
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#item.dispose();
  }

  #show(): void {
    const { description } = this.#engine;
    const kind = description?.tensorflow.kind;
    this.#item.text = `$(beaker) Perturb${kind === undefined ? '' : kind === 'native' ? ': TensorFlow' : ': WebAssembly'}`;
    this.#item.tooltip = new vscode.MarkdownString(describeEngine(this.#engine).join('\n\n'));
  }
}

/** What computes, where, why, and how to repair it: a line each. */
export function describeEngine({ description, location }: Engine): string[] {
  const where =
    location === 'process'
      ? l10n.t('Attacks run in a process of their own.')
      : l10n.t('Attacks run inside the extension host, in a worker thread.');
  if (description === undefined) return [l10n.t('The engine has not started yet.'), where];
  const { name, reason, repair } = description.tensorflow;
  return [
    l10n.t('Engine: {0}', name),
    where,
    ...(reason ? [l10n.t('Why not native TensorFlow: {0}', reason)] : []),
    ...(repair ? [l10n.t('To repair it: {0}', repair)] : []),
  ];
}

import * as vscode from 'vscode';
import { describeEngine } from '../statusItem.ts';
import { copyDiagnostics } from './copyDiagnostics.ts';
import type { Services } from './services.ts';

const { l10n } = vscode;

/** *Show Engine*: what computes, and where, with buttons for what can be changed or told about it. */
export async function showEngine(context: vscode.ExtensionContext, services: Services): Promise<void> {
  const { engine, log } = services;
  if (!vscode.workspace.isTrusted) {
    const manage = l10n.t('Manage Workspace Trust');
    const message = l10n.t('Trust this workspace to start the engine.');
    const chosen = await vscode.window.showInformationMessage(message, manage);
    if (chosen === manage) await vscode.commands.executeCommand('workbench.trust.manage');
    return;
  }
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: l10n.t('Starting the engine') },
    () => engine.describe(),
  );
  const actions = new Map<string, () => unknown>();
  actions.set(l10n.t('Copy Diagnostics'), () => copyDiagnostics(context, services));
  actions.set(l10n.t('Show Log'), () => log.show());
  actions.set(l10n.t('Open Settings'), () =>
    vscode.commands.executeCommand('workbench.action.openSettings', 'perturb.engine'),
  );
  if (engine.description?.tensorflow.kind === 'wasm') {
    actions.set(l10n.t('Install Native TensorFlow'), () => vscode.commands.executeCommand('perturb.installTensorFlow'));
  }
  const { provider } = engine.description?.onnx ?? {};
  if (vscode.workspace.getConfiguration('perturb.engine').get('provider') === 'cuda' && provider !== 'cuda') {
    actions.set(l10n.t('Install CUDA Engine'), () => vscode.commands.executeCommand('perturb.installCuda'));
  }
  // Only a modal message keeps its lines.
  const options = { modal: true, detail: describeEngine(engine).join('\n\n') };
  const chosen = await vscode.window.showInformationMessage(l10n.t('Perturb Engine'), options, ...actions.keys());
  if (chosen !== undefined) await actions.get(chosen)?.();
}

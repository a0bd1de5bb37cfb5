import * as vscode from 'vscode';
import { formats } from '../../models/formats.ts';

/**
 * The model that a command was called on, or one that the user picks in the workspace.
 * @param among formats to choose from.
 * @throws Error when the workspace has no such model.
 */
export async function chooseModel(model: vscode.Uri | undefined, among = formats): Promise<vscode.Uri | undefined> {
  if (model) return model;
  const patterns = among.map(({ pattern }) => pattern).join(',');
  const found = await vscode.workspace.findFiles(`**/{${patterns}}`, '**/node_modules/**', 200);
  if (found.length === 0) {
    const titles = among.map(({ title }) => title).join(', ');
    throw new Error(vscode.l10n.t('No model found in this workspace. Supported formats: {0}.', titles));
  }
  const items = found.map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Model'), ignoreFocusOut: true }))?.uri;
}

import * as vscode from 'vscode';
import type { ModelFormat } from '../../models/format.ts';
import { formats } from '../../models/formats.ts';

const { l10n } = vscode;

/**
 * The model that a command was called on, or one that the user picks in the workspace or elsewhere. Where the window has
 * none, the demo is offered as well.
 * @param among formats to choose from.
 */
export async function chooseModel(model: vscode.Uri | undefined, among = formats): Promise<vscode.Uri | undefined> {
  if (model) return model;
  const patterns = [...new Set(among.map(({ pattern }) => pattern))].join(',');
  const found = await vscode.workspace.findFiles(`**/{${patterns}}`, '**/node_modules/**', 200);
  if (found.length === 0) return offerModels(among);
  const items = found
    .map((uri) => ({ label: vscode.workspace.asRelativePath(uri), choose: async () => uri }))
    .sort((a, b) => (a.label < b.label ? -1 : 1));
  const other = { label: l10n.t('$(folder-opened) Choose Model…'), choose: () => chooseFile(among) };
  const options = { title: l10n.t('Model'), ignoreFocusOut: true };
  return (await vscode.window.showQuickPick<typeof other>([...items, other], options))?.choose();
}

async function offerModels(among: readonly ModelFormat[]): Promise<vscode.Uri | undefined> {
  const demo = l10n.t('Open Demo Workspace');
  const choose = l10n.t('Choose Model…');
  const titles = among.map(({ title }) => title).join(', ');
  const message = l10n.t('There is no model in this window yet. Supported formats: {0}.', titles);
  const chosen = await vscode.window.showInformationMessage(message, demo, choose);
  if (chosen === demo) await vscode.commands.executeCommand('perturb.openDemo', 'signs');
  return chosen === choose ? chooseFile(among) : undefined;
}

async function chooseFile(among: readonly ModelFormat[]): Promise<vscode.Uri | undefined> {
  const extensions = [...new Set(among.map(({ pattern }) => pattern.slice(pattern.lastIndexOf('.') + 1)))];
  const home = vscode.workspace.workspaceFolders?.[0]?.uri;
  const [file] =
    (await vscode.window.showOpenDialog({
      title: l10n.t('Model'),
      openLabel: l10n.t('Choose'),
      filters: { [l10n.t('Models')]: extensions },
      ...(home && { defaultUri: home }),
    })) ?? [];
  return file;
}

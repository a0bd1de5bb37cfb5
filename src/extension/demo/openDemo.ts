import { cp } from 'node:fs/promises';
import * as vscode from 'vscode';
import { type DemoName, demos } from '../../demos.ts';
import { opened } from './opened.ts';

const { l10n } = vscode;

/**
 * Opens a copy of a demo workspace: the extension's own folder is replaced by every update.
 * @param name of the demo; if missing, the user chooses.
 */
export async function openDemo(
  { extensionUri, globalStorageUri, globalState }: vscode.ExtensionContext,
  name?: DemoName,
): Promise<void> {
  const demo = name ?? (await chooseDemo());
  if (demo === undefined) return;
  const { folder } = demos[demo];
  const copy = vscode.Uri.joinPath(globalStorageUri, folder);
  const source = vscode.Uri.joinPath(extensionUri, 'media', folder);
  await cp(source.fsPath, copy.fsPath, { recursive: true, force: false });
  await globalState.update(opened, { folder: copy.fsPath, demo });
  await vscode.commands.executeCommand('vscode.openFolder', copy);
}

async function chooseDemo(): Promise<DemoName | undefined> {
  const items = Object.entries(demos).map(([name, { title, story }]) => ({
    label: l10n.t(title),
    detail: l10n.t(story),
    name: name as DemoName,
  }));
  return (await vscode.window.showQuickPick(items, { title: l10n.t('Open Demo Workspace') }))?.name;
}

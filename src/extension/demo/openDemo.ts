import { cp } from 'node:fs/promises';
import * as vscode from 'vscode';
import { opened } from './opened.ts';

/** Opens a copy of the demo workspace: the extension's own folder is replaced by every update. */
export async function openDemo({
  extensionUri,
  globalStorageUri,
  globalState,
}: vscode.ExtensionContext): Promise<void> {
  const copy = vscode.Uri.joinPath(globalStorageUri, 'demo');
  const source = vscode.Uri.joinPath(extensionUri, 'media', 'demo');
  await cp(source.fsPath, copy.fsPath, { recursive: true, force: false });
  await globalState.update(opened, copy.fsPath);
  await vscode.commands.executeCommand('vscode.openFolder', copy);
}

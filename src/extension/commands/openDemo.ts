import { cp } from 'node:fs/promises';
import * as vscode from 'vscode';

/** Opens a copy of the demo workspace: the extension's own folder is replaced by every update. */
export async function openDemo({ extensionUri, globalStorageUri }: vscode.ExtensionContext): Promise<void> {
  const copy = vscode.Uri.joinPath(globalStorageUri, 'demo');
  const source = vscode.Uri.joinPath(extensionUri, 'media', 'demo');
  await cp(source.fsPath, copy.fsPath, { recursive: true, force: false });
  await vscode.commands.executeCommand('vscode.openFolder', copy);
}

import { access } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';

/** What is read: the workspace file where there is one, which names its folders, else each folder that has settings. */
export async function places(): Promise<string[]> {
  const { workspaceFile, workspaceFolders = [] } = vscode.workspace;
  if (workspaceFile?.scheme === 'file') return [workspaceFile.fsPath];
  const folders = workspaceFolders.filter(({ uri }) => uri.scheme === 'file').map(({ uri }) => uri.fsPath);
  const withSettings = await Promise.all(
    folders.map((folder) => exists(path.join(folder, '.vscode', 'settings.json'))),
  );
  return folders.filter((_, index) => withSettings[index]);
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

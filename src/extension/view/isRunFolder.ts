import path from 'node:path';
import * as vscode from 'vscode';

/** Whether this is where a run of this window's folders, or of its workspace file, would be: pages are shown no other files. */
export function isRunFolder(folder: string): boolean {
  const { workspaceFolders = [], workspaceFile } = vscode.workspace;
  const roots = workspaceFolders.map(({ uri }) => uri.fsPath);
  if (workspaceFile?.scheme === 'file') roots.push(path.dirname(workspaceFile.fsPath));
  return roots.some((root) => path.relative(path.join(root, '.perturb', 'runs'), path.dirname(folder)) === '');
}

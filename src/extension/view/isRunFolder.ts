import path from 'node:path';
import * as vscode from 'vscode';
import type { AttackHistory } from '../attackHistory.ts';

/**
 * Whether this is where a run of this window's folders, of its workspace file, or of a model that was attacked here would be:
 * pages are shown no other files.
 */
export function isRunFolder(folder: string, history: AttackHistory): boolean {
  const { workspaceFolders = [], workspaceFile } = vscode.workspace;
  const roots = workspaceFolders.map(({ uri }) => uri.fsPath);
  if (workspaceFile?.scheme === 'file') roots.push(path.dirname(workspaceFile.fsPath));
  if (history.hasRunsIn(path.dirname(folder))) return true;
  return roots.some((root) => path.relative(path.join(root, '.perturb', 'runs'), path.dirname(folder)) === '');
}

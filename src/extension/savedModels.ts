import path from 'node:path';
import * as vscode from 'vscode';
import { savedModels } from '../models/savedModels/format.ts';

/**
 * Tells VS Code which folders are SavedModels, as their names do not: the Explorer's menu has the commands of models for them
 * (`when` clauses read `perturb.savedModels`).
 */
export function followSavedModels(): vscode.Disposable {
  const files = `**/${savedModels.pattern}`;
  const update = async () => {
    const found = await vscode.workspace.findFiles(files, '**/node_modules/**');
    const folders = found.map(({ fsPath }) => path.dirname(fsPath));
    await vscode.commands.executeCommand('setContext', 'perturb.savedModels', folders);
  };
  const watcher = vscode.workspace.createFileSystemWatcher(files, false, true);
  void update();
  return vscode.Disposable.from(
    watcher,
    watcher.onDidCreate(update),
    watcher.onDidDelete(update),
    vscode.workspace.onDidChangeWorkspaceFolders(update),
  );
}

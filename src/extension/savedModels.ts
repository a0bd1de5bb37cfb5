import path from 'node:path';
import * as vscode from 'vscode';
import { savedModels } from '../models/savedModels/format.ts';
import { onDidCreateFolder } from './createdFolders.ts';

/**
 * Tells VS Code which folders are SavedModels, as their names do not: the Explorer's menu has the commands of models for them
 * (`when` clauses read `perturb.savedModels`).
 */
export function followSavedModels(): vscode.Disposable {
  const files = `**/${savedModels.pattern}`;
  let [isLooking, isAskedAgain] = [false, false];
  const update = async () => {
    isAskedAgain = true;
    if (isLooking) return;
    isLooking = true;
    while (isAskedAgain) {
      isAskedAgain = false;
      const found = await vscode.workspace.findFiles(files, '**/node_modules/**');
      const folders = found.map(({ fsPath }) => path.dirname(fsPath));
      await vscode.commands.executeCommand('setContext', 'perturb.savedModels', folders);
    }
    isLooking = false;
  };
  const watcher = vscode.workspace.createFileSystemWatcher(files, false, true);
  void update();
  return vscode.Disposable.from(
    watcher,
    watcher.onDidCreate(update),
    onDidCreateFolder(update),
    watcher.onDidDelete(update),
    vscode.workspace.onDidChangeWorkspaceFolders(update),
  );
}

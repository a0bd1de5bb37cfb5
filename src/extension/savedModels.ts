import { stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { savedModels } from '../models/savedModels/format.ts';

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
    try {
      while (isAskedAgain) {
        isAskedAgain = false;
        const found = await vscode.workspace.findFiles(files, '**/node_modules/**');
        const folders = found.map(({ fsPath }) => path.dirname(fsPath));
        await vscode.commands.executeCommand('setContext', 'perturb.savedModels', folders);
      }
    } finally {
      isLooking = false;
    }
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

/** Folders of which nobody needs to know: they hold what programs write in great numbers. */
const ignored = /\/(node_modules|\.git|\.perturb)(\/|$)/;

/** Tells of folders that appear in the workspace: what was in one before the system began to watch it is never reported. */
function onDidCreateFolder(listener: () => void): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher('**', false, true, true);
  watcher.onDidCreate(async (uri) => {
    if (ignored.test(uri.path)) return;
    const found = await stat(uri.fsPath).catch(() => undefined);
    if (found?.isDirectory()) listener();
  });
  return watcher;
}

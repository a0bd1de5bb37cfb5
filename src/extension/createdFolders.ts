import { stat } from 'node:fs/promises';
import * as vscode from 'vscode';

/** Folders of which nobody needs to know: they hold what programs write in great numbers. */
const ignored = /\/(node_modules|\.git|\.perturb)(\/|$)/;

/**
 * Tells of folders that appear in the workspace. What was in them before the system began to watch them is never reported by
 * itself: who waits for a file has to look into new folders, too.
 */
export function onDidCreateFolder(listener: (folder: vscode.Uri) => void): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher('**', false, true, true);
  watcher.onDidCreate(async (uri) => {
    if (ignored.test(uri.path)) return;
    const found = await stat(uri.fsPath).catch(() => undefined);
    if (found?.isDirectory()) listener(uri);
  });
  return watcher;
}

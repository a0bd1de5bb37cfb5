import { readFile } from 'node:fs/promises';
import * as vscode from 'vscode';

/** How long, in milliseconds, an editor is waited for: it may not be going to show what is on disk. */
const patience = 2000;

/**
 * Waits until editors show files as they are on disk. VS Code moves what it draws beside lines along with lines that it
 * replaces, so what is placed before an editor has read its file again ends up elsewhere.
 */
export async function reloadedEditors(files: readonly string[]): Promise<void> {
  const open = vscode.workspace.textDocuments.filter(({ uri, isDirty }) => !isDirty && files.includes(uri.fsPath));
  await Promise.all(open.map(reloaded));
}

async function reloaded(document: vscode.TextDocument): Promise<void> {
  const text = await readFile(document.uri.fsPath, 'utf8').catch(() => undefined);
  const isAsOnDisk = () => text === undefined || document.isClosed || plain(document.getText()) === plain(text);
  if (isAsOnDisk()) return;
  const waiting: vscode.Disposable[] = [];
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, patience);
    const look = () => isAsOnDisk() && resolve();
    waiting.push(
      vscode.workspace.onDidChangeTextDocument(look),
      vscode.workspace.onDidCloseTextDocument(look),
      new vscode.Disposable(() => clearTimeout(timer)),
    );
  });
  vscode.Disposable.from(...waiting).dispose();
}

/** Without what editors change as they read. */
function plain(text: string): string {
  return text.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n');
}

import { access } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../userError.ts';

/**
 * Shows a trained file: readable files in an editor, others in the Explorer or the file manager.
 * @throws UserError when it is no longer there.
 */
export async function openFile(file: string): Promise<void> {
  await access(file).catch(() => {
    throw new UserError(vscode.l10n.t('{0} no longer exists. Train it again.', file));
  });
  const uri = vscode.Uri.file(file);
  // Next to the card is a Markdown version of it.
  const card = path.basename(file) === 'card.json' && vscode.Uri.file(path.join(path.dirname(file), 'card.md'));
  if (card) await vscode.commands.executeCommand('markdown.showPreview', card);
  else if (path.basename(file) === 'detector.json') await vscode.window.showTextDocument(uri);
  else {
    const isInside = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
    await vscode.commands.executeCommand(isInside ? 'revealInExplorer' : 'revealFileInOS', uri);
  }
}

import { access } from 'node:fs/promises';
import * as vscode from 'vscode';
import { UserError } from '../userError.ts';

/**
 * Opens the documentation page of an audit check.
 * @param extension folder of the extension.
 * @param check as a report has it, which may come from elsewhere.
 * @throws UserError when there is no such page.
 */
export async function openFindingPage(extension: vscode.Uri, check: string): Promise<void> {
  const page = vscode.Uri.joinPath(extension, 'media', 'audit', `${check}.md`);
  const exists =
    /^[\w-]+$/.test(check) &&
    (await access(page.fsPath).then(
      () => true,
      () => false,
    ));
  if (!exists) throw new UserError(vscode.l10n.t('There is no documentation page for “{0}”.', check));
  await vscode.commands.executeCommand('markdown.showPreview', page);
}

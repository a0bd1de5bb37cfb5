import path from 'node:path';
import * as vscode from 'vscode';
import { markdownReport } from './markdownReport.ts';
import type { LoadedTest } from './openTest.ts';

const { l10n } = vscode;

/**
 * Asks for a file, and writes the report there as Markdown, with its pictures in a folder beside it.
 * @param folder the run folder.
 * @returns the file; `undefined` if nothing was chosen.
 */
export async function exportReport(
  { report }: LoadedTest,
  { folder, started }: { readonly folder: string; readonly started: string },
): Promise<vscode.Uri | undefined> {
  const home = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(folder);
  const name = report.id.replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-|-$/g, '');
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(home, `${name}.md`),
    filters: { Markdown: ['md'] },
    title: l10n.t('Export Report'),
  });
  if (target === undefined) return undefined;
  const pictures = `${path.posix.basename(target.path, '.md')}-pictures`;
  const beside = vscode.Uri.joinPath(target, '..', pictures);
  for (const picture of report.pictures) {
    const from = vscode.Uri.joinPath(vscode.Uri.file(folder), picture);
    await vscode.workspace.fs.copy(from, vscode.Uri.joinPath(beside, path.posix.basename(picture)), {
      overwrite: true,
    });
  }
  const text = markdownReport(report, started, pictures);
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
  return target;
}

import path from 'node:path';
import * as vscode from 'vscode';
import { html } from '../../exports/html.ts';
import type { RunReport, TestReport } from '../../reports/report.ts';
import { markdownReport } from './markdownReport.ts';
import type { LoadedTest } from './openTest.ts';

const { l10n } = vscode;

/** What a report is made from, beside the test. */
export interface ReportSources {
  /** The run folder. */
  readonly folder: string;
  /** When the run began, for people. */
  readonly started: string;
  /** Folder of the built page. */
  readonly pageFolder: string;
}

/**
 * Asks for a file, and writes the report of a test there: as a page that opens in any browser, or as Markdown, with its
 * pictures in a folder beside it.
 * @returns the file; `undefined` if nothing was chosen.
 * @throws UserError when a file of the run cannot be read.
 */
export async function exportReport(test: LoadedTest, sources: ReportSources): Promise<vscode.Uri | undefined> {
  const { report } = test;
  const home = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(sources.folder);
  const name = report.id.replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-|-$/g, '');
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(home, `${name}.html`),
    filters: { HTML: ['html'], Markdown: ['md'] },
    title: l10n.t('Export Report'),
  });
  if (target === undefined) return undefined;
  const text = target.path.endsWith('.md')
    ? await markdownWithPictures(report, target, sources)
    : await html(runOf(test, home.fsPath), sources.folder, sources.pageFolder);
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
  return target;
}

/** A run of this test alone. */
function runOf({ report, started, transfer }: LoadedTest, workspace: string): RunReport {
  return { format: 'perturb-report', version: 1, workspace, started, tests: [report], ...(transfer && { transfer }) };
}

async function markdownWithPictures(
  report: TestReport,
  target: vscode.Uri,
  { folder, started }: ReportSources,
): Promise<string> {
  const pictures = `${path.posix.basename(target.path, '.md')}-pictures`;
  const beside = vscode.Uri.joinPath(target, '..', pictures);
  for (const picture of report.pictures) {
    const from = vscode.Uri.joinPath(vscode.Uri.file(folder), picture);
    await vscode.workspace.fs.copy(from, vscode.Uri.joinPath(beside, path.posix.basename(picture)), {
      overwrite: true,
    });
  }
  return markdownReport(report, started, pictures);
}

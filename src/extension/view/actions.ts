import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';
import type { FromWebview } from '../../page/protocol.ts';
import type { ExampleReport } from '../../reports/report.ts';
import { parseJson } from '../../settings/jsonc.ts';
import { UserError } from '../../userError.ts';
import { exportReport, type ReportSources } from './exportReport.ts';
import type { LoadedTest } from './openTest.ts';
import { settingsEntry } from './settingsEntry.ts';

const { l10n } = vscode;

/** What the page can request, apart from the test itself. */
export type Action = Exclude<
  FromWebview,
  { type: 'ready' | 'showRun' | 'loadTwin' | 'loadSteps' | 'loadFile' | 'openFinding' }
>;

/** How long a message stays in the status bar. */
const remarkTime = 5000;

/**
 * Performs a request from the page.
 * @throws UserError when it cannot be done.
 */
export async function act(
  action: Action,
  test: LoadedTest,
  { folder, pageFolder }: Pick<ReportSources, 'folder' | 'pageFolder'>,
): Promise<void> {
  switch (action.type) {
    case 'savePicture':
      return savePicture(action.name, action.png);
    case 'copySettings':
      return copySettings(test, exampleAt(test, action.example));
    case 'revealImage':
      return revealImage(folder, exampleAt(test, action.example), action.picture);
    case 'keep':
      return keep(folder, exampleAt(test, action.example));
    case 'openSettings':
      return openSettings(folder, test);
    case 'exportReport':
      return showReport(test, folder, pageFolder);
  }
}

/** @throws UserError when there is none at that place of the list. */
export function exampleAt({ examples }: LoadedTest, place: number): ExampleReport {
  const example = examples[place];
  if (example === undefined) throw new UserError(l10n.t('This example is no longer part of the run.'));
  return example;
}

async function keep(folder: string, { test, identity }: ExampleReport): Promise<void> {
  await vscode.commands.executeCommand('perturb.keep', { folder, test, identities: [identity] });
}

async function savePicture(name: string, png: Uint8Array): Promise<void> {
  const home = vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(home, path.basename(name)),
    filters: { PNG: ['png'] },
  });
  if (target === undefined) return;
  await vscode.workspace.fs.writeFile(target, png);
  remark(l10n.t('Saved {0}', path.basename(target.fsPath)));
}

async function copySettings({ report }: LoadedTest, example: ExampleReport): Promise<void> {
  const entry = settingsEntry(report, example, await hasLabels(report.origin.file, report.dataset.name));
  await vscode.env.clipboard.writeText(entry);
  remark(l10n.t('Copied. Paste the entry into "perturb.tests" in your settings.'));
}

/** False if the settings use predictions as labels, which a report does not state. */
async function hasLabels(settingsFile: string, dataset: string): Promise<boolean> {
  try {
    const text = Buffer.from(await vscode.workspace.fs.readFile(vscode.Uri.file(settingsFile))).toString('utf8');
    const place = ['perturb.datasets', dataset, 'labels'];
    const settings = parseJson(text);
    return (settings.get(place) ?? settings.get(['settings', ...place])) !== 'predictions';
  } catch {
    return true;
  }
}

/** The original is the file of the dataset, if it still exists, otherwise the run's own copy. */
async function revealImage(folder: string, example: ExampleReport, picture: 'original' | 'adversarial') {
  const copy = picture === 'original' ? example.originalImage : example.adversarialImage;
  if (copy === null) throw new UserError(l10n.t('This example has no adversarial image.'));
  const inRun = path.join(folder, copy);
  const file = picture === 'original' && (await exists(example.image)) ? example.image : inRun;
  if (!(await exists(file))) throw new UserError(l10n.t('{0} no longer exists. Run the test again.', file));
  const uri = vscode.Uri.file(file);
  const isInside = vscode.workspace.getWorkspaceFolder(uri) !== undefined;
  await vscode.commands.executeCommand(isInside ? 'revealInExplorer' : 'revealFileInOS', uri);
}

async function showReport(test: LoadedTest, folder: string, pageFolder: string): Promise<void> {
  const started = new Date(test.started).toLocaleString(vscode.env.language, {
    dateStyle: 'medium',
    timeStyle: 'short',
  });
  const file = await exportReport(test, { folder, started, pageFolder });
  if (file?.path.endsWith('.md')) await vscode.commands.executeCommand('markdown.showPreview', file);
  else if (file) await vscode.env.openExternal(file);
}

/** At the test as the settings have it now; where it is none of theirs, it can be saved as one. */
async function openSettings(folder: string, { report: { id, name, origin } }: LoadedTest): Promise<void> {
  const file = vscode.Uri.file(origin.file);
  const text = await vscode.workspace.fs.readFile(file).then(
    (bytes) => Buffer.from(bytes).toString('utf8'),
    () => '{}',
  );
  const settings = parseJson(text);
  const places = [
    ['perturb.tests', name],
    ['settings', 'perturb.tests', name],
  ];
  const place = places.find((each) => settings.get(each) !== undefined);
  if (place === undefined) {
    const save = l10n.t('Save as Test…');
    const message = l10n.t('“{0}” is no test in the settings.', name);
    const chosen = await vscode.window.showInformationMessage(message, save);
    if (chosen === save) await vscode.commands.executeCommand('perturb.saveAsTest', { folder, test: id });
    return;
  }
  const start = new vscode.Position(settings.locate(place).line - 1, 0);
  await vscode.window.showTextDocument(file, {
    viewColumn: vscode.ViewColumn.One,
    selection: new vscode.Range(start, start),
  });
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

function remark(words: string): void {
  vscode.window.setStatusBarMessage(words, remarkTime);
}

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { applyEdits, type JSONPath, modify } from 'jsonc-parser';
import * as vscode from 'vscode';
import { parseLayer, type SettingsLayer } from '../../settings/settingsLayer.ts';
import type { SavedChoice } from '../attackHistory.ts';

/** The settings file of a folder, and what it says. */
export interface SettingsFile {
  readonly uri: vscode.Uri;
  readonly text: string;
  readonly layer: SettingsLayer;
}

/** The settings of the workspace folder that a model is in, of the first one for a model elsewhere, or of its own folder. */
export async function settingsFor(model: vscode.Uri): Promise<SettingsFile> {
  const { workspaceFolders: [first] = [] } = vscode.workspace;
  const home = vscode.workspace.getWorkspaceFolder(model) ?? first;
  return settingsIn(home?.uri.fsPath ?? path.dirname(model.fsPath));
}

/** The settings of a folder, as the editor has them; empty ones where there is no file. */
export async function settingsIn(folder: string): Promise<SettingsFile> {
  const uri = vscode.Uri.file(path.join(folder, '.vscode', 'settings.json'));
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  const text = open?.getText() ?? (await readFile(uri.fsPath, 'utf8').catch(() => '{}\n'));
  return { uri, text, layer: layerOf(uri, text) };
}

/** The settings with a choice added, and with the expectation of its test, if any. */
export function withChoice(settings: SettingsFile, choice: SavedChoice, expect: object | undefined): SettingsFile {
  const entries: Entry[] = [
    ...Object.entries(choice.models).map(([name, value]): Entry => [['perturb.models', name], value]),
    ...Object.entries(choice.datasets).map(([name, value]): Entry => [['perturb.datasets', name], value]),
    [['perturb.tests', choice.testName], { ...choice.test, ...(expect && { expect }) }],
  ];
  return withEntries(settings, entries);
}

/** A place in the settings, and its new value. */
export type Entry = readonly [place: JSONPath, value: unknown];

/** The settings with entries added or replaced; comments and formatting of the rest are preserved. */
export function withEntries({ uri, text }: SettingsFile, entries: readonly Entry[]): SettingsFile {
  const formattingOptions = { insertSpaces: true, tabSize: 2, eol: text.includes('\r\n') ? '\r\n' : '\n' };
  const changed = entries.reduce(
    (before, [place, value]) => applyEdits(before, modify(before, [...place], value, { formattingOptions })),
    text.trim() === '' ? '{}\n' : text,
  );
  return { uri, text: changed, layer: layerOf(uri, changed) };
}

/** Saves settings, through the editor if their file is open, so that the change can be undone. */
export async function saveSettings({ uri, text }: SettingsFile): Promise<void> {
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open === undefined) {
    await mkdir(path.dirname(uri.fsPath), { recursive: true });
    await writeFile(uri.fsPath, text);
    return;
  }
  const edit = new vscode.WorkspaceEdit();
  edit.replace(uri, new vscode.Range(0, 0, open.lineCount, 0), text);
  await vscode.workspace.applyEdit(edit);
  await open.save();
}

/** Opens settings at the line where a place begins. */
export async function showSettings({ uri, layer }: SettingsFile, place: JSONPath): Promise<void> {
  const { line } = layer.locate(place);
  await vscode.window.showTextDocument(uri, { selection: new vscode.Range(line - 1, 0, line - 1, 0) });
}

function layerOf(uri: vscode.Uri, text: string): SettingsLayer {
  const folder = path.dirname(path.dirname(uri.fsPath));
  const folders = (vscode.workspace.workspaceFolders ?? []).map((each) => [each.name, each.uri.fsPath] as const);
  return parseLayer(text, {
    file: uri.fsPath,
    name: path.basename(folder),
    folder,
    workspaceFolder: folder,
    folders: new Map(folders),
  });
}

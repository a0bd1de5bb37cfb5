import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { applyEdits, type JSONPath, modify } from 'jsonc-parser';
import * as vscode from 'vscode';
import { parseLayer, type SettingsLayer } from '../../settings/settingsLayer.ts';
import type { Choice } from './chooseAttack.ts';

/** The settings file of a folder, and what it says. */
export interface SettingsFile {
  readonly uri: vscode.Uri;
  readonly text: string;
  readonly layer: SettingsLayer;
}

/** The settings of the workspace folder that a model is in, or of the model's own folder. */
export async function settingsFor(model: vscode.Uri): Promise<SettingsFile> {
  const folder = vscode.workspace.getWorkspaceFolder(model)?.uri.fsPath ?? path.dirname(model.fsPath);
  const uri = vscode.Uri.file(path.join(folder, '.vscode', 'settings.json'));
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  const text = open?.getText() ?? (await readFile(uri.fsPath, 'utf8').catch(() => '{}\n'));
  return { uri, text, layer: layerOf(uri, text) };
}

/** The settings with a choice added; comments and formatting of the rest stay as they are. */
export function withChoice({ uri, text }: SettingsFile, choice: Choice, expect: object): SettingsFile {
  const entries: [JSONPath, unknown][] = [
    ...Object.entries(choice.models).map(([name, value]): [JSONPath, unknown] => [['perturb.models', name], value]),
    ...Object.entries(choice.datasets).map(([name, value]): [JSONPath, unknown] => [['perturb.datasets', name], value]),
    [['perturb.tests', choice.testName], { ...choice.test, expect }],
  ];
  const formattingOptions = { insertSpaces: true, tabSize: 2, eol: text.includes('\r\n') ? '\r\n' : '\n' };
  const changed = entries.reduce(
    (before, [place, value]) => applyEdits(before, modify(before, place, value, { formattingOptions })),
    text.trim() === '' ? '{}\n' : text,
  );
  return { uri, text: changed, layer: layerOf(uri, changed) };
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

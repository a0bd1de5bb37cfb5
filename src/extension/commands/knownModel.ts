import * as vscode from 'vscode';
import { chooseModel } from '../questions/chooseModel.ts';
import { describeModel } from '../questions/model.ts';
import { type Entry, type SettingsFile, settingsFor, settingsIn } from './settingsFile.ts';

const { l10n } = vscode;

/** A model and its place in the settings. */
export interface KnownModel {
  readonly settings: SettingsFile;
  readonly name: string;
  /** Entries that the settings lack for it. */
  readonly entries: readonly Entry[];
}

async function modelAt(uri: vscode.Uri): Promise<KnownModel> {
  const settings = await settingsFor(uri);
  const { name, entry } = await describeModel(uri, settings.layer);
  return { settings, name, entries: Object.entries(entry).map(([key, value]) => [['perturb.models', key], value]) };
}

/** The model of a file or, where none is given, one in the settings that the user chooses; if there is none, a file. */
export async function chooseKnownModel(uri: vscode.Uri | undefined): Promise<KnownModel | undefined> {
  if (uri) return modelAt(uri);
  const folders = vscode.workspace.workspaceFolders ?? [];
  const files = await Promise.all(folders.map((folder) => settingsIn(folder.uri.fsPath)));
  const items = files.flatMap((settings) =>
    Object.keys(settings.layer.values['perturb.models']).map((name) => ({
      label: name,
      description: folders.length > 1 ? settings.layer.name : undefined,
      model: { settings, name, entries: [] },
    })),
  );
  if (items.length === 0) {
    const file = await chooseModel(undefined);
    return file && modelAt(file);
  }
  return (await vscode.window.showQuickPick(items, { title: l10n.t('Model'), ignoreFocusOut: true }))?.model;
}

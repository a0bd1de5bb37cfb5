import * as vscode from 'vscode';
import type { DatasetSource } from '../../data/source.ts';
import type { ModelSource } from '../../models/source.ts';
import { findDataset, findModel } from '../../settings/findSource.ts';
import type { SettingsLayer } from '../../settings/settingsLayer.ts';
import { UserError } from '../../userError.ts';
import { chooseModel } from '../questions/chooseModel.ts';
import { alone } from '../questions/form.ts';
import { chooseDataset } from '../questions/images.ts';
import { describeModel } from '../questions/model.ts';
import { type Entry, type SettingsFile, settingsFor, settingsIn, withEntries } from './settingsFile.ts';

const { l10n } = vscode;

/** A model and its place in the settings. */
export interface KnownModel {
  readonly settings: SettingsFile;
  readonly name: string;
  /** Entries that the settings lack for it. */
  readonly entries: readonly Entry[];
}

/** A model, and images for it. */
export interface ModelAndImages {
  readonly known: KnownModel;
  readonly model: ModelSource;
  readonly dataset: DatasetSource;
  /** The settings with what they lack for both. */
  readonly layer: SettingsLayer;
}

/**
 * Asks for a model, unless a file of one is given, and for images; `undefined` if the user gives up.
 * @throws UserError in a workspace that is not trusted, or when the settings of either have a mistake.
 */
export async function chooseModelAndImages(uri?: vscode.Uri): Promise<ModelAndImages | undefined> {
  if (!vscode.workspace.isTrusted) throw new UserError(l10n.t('Trust this workspace to run its models.'));
  const known = await chooseKnownModel(uri);
  if (known === undefined) return undefined;
  const dataset = alone(await chooseDataset(known.settings.layer, { title: l10n.t('Images') }));
  if (dataset === undefined) return undefined;
  const datasets = Object.entries(dataset.entry).map(([name, value]): Entry => [['perturb.datasets', name], value]);
  const { layer } = withEntries(known.settings, [...known.entries, ...datasets]);
  const workspace = { layers: [layer], problems: [] };
  return {
    known,
    model: findModel(workspace, known.name).source,
    dataset: findDataset(workspace, dataset.name).source,
    layer,
  };
}

async function modelAt(uri: vscode.Uri): Promise<KnownModel> {
  const settings = await settingsFor(uri);
  const { name, entry } = await describeModel(uri, settings.layer);
  return { settings, name, entries: Object.entries(entry).map(([key, value]) => [['perturb.models', key], value]) };
}

/** The model of a file or, where none is given, one in the settings that the user chooses; if there is none, a file. */
async function chooseKnownModel(uri: vscode.Uri | undefined): Promise<KnownModel | undefined> {
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

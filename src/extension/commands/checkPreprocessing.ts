import * as vscode from 'vscode';
import type { CheckedConvention, PreprocessingCheck } from '../../evaluation/checkPreprocessing.ts';
import { formatPercent } from '../../reports/format.ts';
import { findDataset, findModel } from '../../settings/findSource.ts';
import { UserError } from '../../userError.ts';
import { chooseDataset, nameOfModel, newModel } from './chooseAttack.ts';
import { chooseModel } from './chooseModel.ts';
import type { Services } from './services.ts';
import {
  type Entry,
  type SettingsFile,
  saveSettings,
  settingsFor,
  settingsIn,
  showSettings,
  withEntries,
} from './settingsFile.ts';
import { withProgress } from './withProgress.ts';

const { l10n } = vscode;

/**
 * *Check Preprocessing…*: tries common preprocessing conventions on a model and a dataset, lists them, and saves
 * the one that the user chooses in the settings.
 */
export async function checkPreprocessing({ engine }: Services, uri: vscode.Uri | undefined): Promise<void> {
  if (!vscode.workspace.isTrusted) throw new UserError(l10n.t('Trust this workspace to run its models.'));
  const model = await (uri ? modelAt(uri) : chooseKnownModel());
  if (model === undefined) return;
  const dataset = await chooseDataset(model.settings.layer);
  if (dataset === undefined) return;
  const datasets = Object.entries(dataset.entry).map(([name, value]): Entry => [['perturb.datasets', name], value]);
  const { layer } = withEntries(model.settings, [...model.entries, ...datasets]);
  const workspace = { layers: [layer], problems: [] };
  const request = {
    model: findModel(workspace, model.name).source,
    dataset: findDataset(workspace, dataset.name).source,
    seed: 0,
  };
  const check = await withProgress(l10n.t('Checking the preprocessing of {0}', model.name), (show, signal) =>
    engine.call('checkPreprocessing', request, { onProgress: ({ done, total }) => show(done, total), signal }),
  );
  const chosen = check && (await chooseConvention(check));
  if (chosen === undefined) return;
  await adopt(model, chosen);
}

/** A model and its place in the settings. */
interface KnownModel {
  readonly settings: SettingsFile;
  readonly name: string;
  /** Entries that the settings lack for it. */
  readonly entries: readonly Entry[];
}

async function modelAt(uri: vscode.Uri): Promise<KnownModel> {
  const settings = await settingsFor(uri);
  const known = nameOfModel(uri, settings.layer);
  if (known !== undefined) return { settings, name: known, entries: [] };
  const { name, value } = await newModel(uri, settings.layer);
  return { settings, name, entries: [[['perturb.models', name], value]] };
}

/** Asks for a model in the settings or, if there is none, for a file. */
async function chooseKnownModel(): Promise<KnownModel | undefined> {
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
    const uri = await chooseModel(undefined);
    return uri && modelAt(uri);
  }
  return (await vscode.window.showQuickPick(items, { title: l10n.t('Model'), ignoreFocusOut: true }))?.model;
}

async function chooseConvention(check: PreprocessingCheck): Promise<CheckedConvention | undefined> {
  const items = check.conventions.map((convention) => ({ ...describe(convention, check), convention }));
  const picked = await vscode.window.showQuickPick(items, {
    title: l10n.t('Preprocessing'),
    placeHolder: l10n.t('Choose one to save it in the settings, or press Escape to change nothing'),
    ignoreFocusOut: true,
  });
  return picked?.convention;
}

function describe(convention: CheckedConvention, { images, input }: PreprocessingCheck): vscode.QuickPickItem {
  const { title = l10n.t('Current settings'), resizing, correct, accuracy, confidence, current } = convention;
  const size =
    resizing.resize === 'stretch'
      ? l10n.t('stretched')
      : l10n.t('shorter side {0}, center {1}×{2}', resizing.resize, input.height, input.width);
  return {
    label: `${title}, ${size}`,
    description: l10n.t(
      '{0} of {1} correct ({2}), confidence {3}',
      correct,
      images,
      formatPercent(accuracy),
      formatPercent(confidence),
    ),
    detail: current ? l10n.t('$(check) In use') : JSON.stringify(convention.settings),
  };
}

/** Saves a convention in the settings, which may have changed in the meantime, and shows it there. */
async function adopt({ settings, name, entries }: KnownModel, { settings: value }: CheckedConvention): Promise<void> {
  const place = ['perturb.models', name, 'preprocessing'];
  const latest = await settingsIn(settings.layer.folder);
  const changed = withEntries(latest, [...entries, ...(value === undefined ? [] : [[place, value] as const])]);
  if (changed.text !== latest.text) await saveSettings(changed);
  await showSettings(changed, place);
}

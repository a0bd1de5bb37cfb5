import { readdir } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { parseAmount } from '../../attacks/amount.ts';
import { catalogue } from '../../attacks/catalogue.ts';
import type { AttackDefinition } from '../../attacks/definition.ts';
import type { PreprocessingSettings } from '../../models/preprocessing.ts';
import type { SettingsLayer } from '../../settings/settingsLayer.ts';

const { l10n } = vscode;

/** Entries for the settings: what a user has chosen, under names that are free. */
export interface Choice {
  readonly models: Readonly<Record<string, object>>;
  readonly datasets: Readonly<Record<string, object>>;
  readonly testName: string;
  readonly test: Readonly<Record<string, unknown>>;
}

/** Asks for attack, epsilon and images. `undefined` where the user has left. */
export async function chooseAttack(model: vscode.Uri, layer: SettingsLayer): Promise<Choice | undefined> {
  const attack = await chooseFromCatalogue();
  if (attack === undefined) return undefined;
  const epsilon = attack.fixedBudget ? await chooseEpsilon(attack) : undefined;
  if (attack.fixedBudget && epsilon === undefined) return undefined;
  const dataset = await chooseDataset(layer);
  if (dataset === undefined) return undefined;
  const chosenModel = await describeModel(model, layer);
  if (chosenModel === undefined) return undefined;
  const testName = freeName(
    [attack.title, epsilon].filter(Boolean).join(' '),
    Object.keys(layer.values['perturb.tests']),
  );
  return {
    models: chosenModel.entry,
    datasets: dataset.entry,
    testName,
    test: {
      model: chosenModel.name,
      dataset: dataset.name,
      attack: attack.id,
      ...(epsilon === undefined ? {} : { epsilon }),
    },
  };
}

async function chooseFromCatalogue(): Promise<AttackDefinition | undefined> {
  const items = [...catalogue.values()].map((attack) => ({
    label: attack.title,
    description: `${attack.threatModel}, ${attack.norms.join(', ')}`,
    detail: attack.description,
    attack,
  }));
  const title = l10n.t('Attack');
  return (
    await vscode.window.showQuickPick(items, { title, placeHolder: l10n.t('Choose an attack'), ignoreFocusOut: true })
  )?.attack;
}

/** A budget as the user writes it: "8/255", or a number. */
async function chooseEpsilon({ norms: [norm] }: AttackDefinition): Promise<string | number | undefined> {
  const text = await vscode.window.showInputBox({
    // A view that gets its focus back between two questions must not end the dialogue.
    ignoreFocusOut: true,
    title: l10n.t('Epsilon'),
    prompt: l10n.t('Largest perturbation in {0}, in units of the pixel range [0, 1]: 8/255 is eight gray levels', norm),
    value: '8/255',
    validateInput: (value) => {
      try {
        const amount = parseAmount(asAmount(value));
        if (amount * 255 < 1) return l10n.t('{0} is less than one gray level, 1/255', value);
        return amount > 1
          ? l10n.t('{0} is more than the whole pixel range. Eight gray levels are 8/255', value)
          : undefined;
      } catch (error) {
        return (error as Error).message;
      }
    },
  });
  return text === undefined ? undefined : asAmount(text);
}

function asAmount(text: string): string | number {
  return text.includes('/') || text.trim() === '' || Number.isNaN(Number(text)) ? text.trim() : Number(text);
}

/** A dataset of the settings, or a folder that the user names. */
export async function chooseDataset(layer: SettingsLayer) {
  const known = layer.values['perturb.datasets'];
  const folder = { label: l10n.t('$(folder-opened) Choose a folder of images…'), name: undefined };
  const items = [...Object.keys(known).map((name) => ({ label: name, name })), folder];
  const title = l10n.t('Images');
  const picked =
    items.length === 1 ? folder : await vscode.window.showQuickPick(items, { title, ignoreFocusOut: true });
  if (picked === undefined) return undefined;
  if (picked.name !== undefined) return { name: picked.name, entry: {} };
  const [chosen] =
    (await vscode.window.showOpenDialog({
      canSelectFolders: true,
      canSelectFiles: false,
      defaultUri: vscode.Uri.file(layer.folder),
      openLabel: l10n.t('Use These Images'),
      title,
    })) ?? [];
  if (chosen === undefined) return undefined;
  const name = freeName(path.basename(chosen.fsPath), Object.keys(known));
  return { name, entry: { [name]: { path: shorten(chosen.fsPath, layer.folder) } } };
}

/** The model's entry in the settings, or a new one with preprocessing from the user. */
async function describeModel(model: vscode.Uri, layer: SettingsLayer) {
  const name = nameOfModel(model, layer);
  if (name !== undefined) return { name, entry: {} };
  const preprocessing = await choosePreprocessing(model);
  if (preprocessing === undefined) return undefined;
  const created = await newModel(model, layer);
  const stated = preprocessing === asInFile ? {} : { preprocessing };
  return { name: created.name, entry: { [created.name]: { ...created.value, ...stated } } };
}

/** What the settings call a model; `undefined` where they do not know it. */
export function nameOfModel(model: vscode.Uri, layer: SettingsLayer): string | undefined {
  return Object.entries(layer.values['perturb.models']).find(([, entry]) => {
    const at = (entry as { path?: unknown } | null)?.path;
    return typeof at === 'string' && path.resolve(layer.folder, at) === model.fsPath;
  })?.[0];
}

/** An entry for a model that the settings do not know, under a name that is free, with the labels from beside it. */
export async function newModel(model: vscode.Uri, layer: SettingsLayer) {
  const home = path.dirname(model.fsPath);
  const stem = path.parse(model.fsPath).name;
  const name = freeName(stem === 'model' ? path.basename(home) : stem, Object.keys(layer.values['perturb.models']));
  const labels = (await readdir(home)).find((file) => /^(labels|classes)\.txt$/i.test(file));
  const value = {
    path: shorten(model.fsPath, layer.folder),
    ...(labels === undefined ? {} : { labels: shorten(path.join(home, labels), layer.folder) }),
  };
  return { name, value };
}

/** Nothing is stated: what an ONNX file's metadata say then holds. */
const asInFile: PreprocessingSettings = {};

async function choosePreprocessing(model: vscode.Uri): Promise<PreprocessingSettings | undefined> {
  const unstated = {
    label: l10n.t('As in the file'),
    description: l10n.t('mean and standard deviation of its metadata; without them, pixels as they are'),
    value: asInFile,
  };
  const items: (vscode.QuickPickItem & { value: PreprocessingSettings })[] = [
    ...(model.path.endsWith('.onnx') ? [unstated] : []),
    { label: l10n.t('[0, 1]'), description: l10n.t('pixels as they are'), value: { mean: 0, std: 1 } },
    { label: l10n.t('[−1, 1]'), description: 'mean 0.5, std 0.5', value: { mean: 0.5, std: 0.5 } },
    { label: l10n.t('[0, 255]'), description: 'mean 0, std 1/255', value: { mean: 0, std: 1 / 255 } },
    {
      label: 'ImageNet',
      description: 'mean 0.485, 0.456, 0.406; std 0.229, 0.224, 0.225',
      detail: l10n.t('The center of the image is cut out, as torchvision does'),
      value: 'imagenet',
    },
    {
      label: l10n.t('ImageNet, stretched'),
      description: 'mean 0.485, 0.456, 0.406; std 0.229, 0.224, 0.225',
      detail: l10n.t('The whole image is stretched'),
      value: { preset: 'imagenet', resize: 'stretch' },
    },
    {
      label: 'CLIP',
      description: 'mean 0.481, 0.458, 0.408; std 0.269, 0.261, 0.276',
      detail: l10n.t('The center of the image is cut out'),
      value: 'clip',
    },
  ];
  const title = l10n.t('Preprocessing');
  const placeHolder = l10n.t('What range of values was the model trained on?');
  return (await vscode.window.showQuickPick(items, { title, placeHolder, ignoreFocusOut: true }))?.value;
}

function shorten(file: string, folder: string): string {
  const relative = path.relative(folder, file);
  return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative.split(path.sep).join('/');
}

function freeName(wanted: string, taken: readonly string[]): string {
  let name = wanted;
  for (let count = 2; taken.includes(name); count++) name = `${wanted} (${count})`;
  return name;
}

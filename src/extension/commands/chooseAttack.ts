import { readdir } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { AttackDefinition } from '../../attacks/attackDefinition.ts';
import { catalog } from '../../attacks/catalog.ts';
import type { Kind } from '../../attacks/kind.ts';
import { kinds } from '../../attacks/kind.ts';
import { listImages } from '../../data/listImages.ts';
import { readLabels } from '../../data/readLabels.ts';
import type { PreprocessingSettings } from '../../models/preprocessing.ts';
import { parseAmount } from '../../parameters/amount.ts';
import { resolveModel } from '../../settings/resolveSources.ts';
import type { SettingsLayer } from '../../settings/settingsLayer.ts';
import { choosePreset } from './choosePreset.ts';
import { chooseSurrogate } from './chooseSurrogate.ts';

const { l10n } = vscode;

/** Settings entries for the user's choices, under unused names. */
export interface Choice {
  readonly attack: AttackDefinition;
  readonly models: Readonly<Record<string, object>>;
  readonly datasets: Readonly<Record<string, object>>;
  readonly testName: string;
  readonly test: Readonly<Record<string, unknown>>;
}

/** Asks for attack, preset, target, epsilon, and images, as needed. `undefined` if the user dismissed a question. */
export async function chooseAttack(model: vscode.Uri, layer: SettingsLayer): Promise<Choice | undefined> {
  const attack = await chooseFromCatalog();
  if (attack === undefined) return undefined;
  const needsSurrogate = attack.threatModel === 'transfer';
  const surrogate = needsSurrogate ? await chooseSurrogate(nameOfModel(model, layer), layer) : undefined;
  if (needsSurrogate && surrogate === undefined) return undefined;
  const preset = await choosePreset(attack.parameters);
  if (preset === undefined) return undefined;
  const needsTarget = !attack.goals.includes('untargeted');
  const target = needsTarget ? await chooseTarget(model, layer) : undefined;
  if (needsTarget && target === undefined) return undefined;
  const epsilon = attack.fixedBudget ? await chooseEpsilon(attack) : undefined;
  if (attack.fixedBudget && epsilon === undefined) return undefined;
  const dataset = await (kinds[attack.kind].needsImages ? chooseDataset(layer) : chooseStart(layer));
  if (dataset === undefined) return undefined;
  const chosenModel = await describeModel(model, layer);
  if (chosenModel === undefined) return undefined;
  const words = [
    attack.title,
    surrogate && `from ${surrogate}`,
    target && `→ ${target}`,
    epsilon,
    preset === 'paper' && preset,
  ];
  return {
    attack,
    models: chosenModel.entry,
    datasets: dataset.entry,
    testName: freeName(words.filter(Boolean).join(' '), Object.keys(layer.values['perturb.tests'])),
    test: {
      model: chosenModel.name,
      ...(dataset.name === undefined ? {} : { dataset: dataset.name }),
      attack: attack.id,
      ...(surrogate === undefined ? {} : { surrogate }),
      ...(preset === 'quick' ? {} : { preset }),
      ...(target === undefined ? {} : { target }),
      ...(epsilon === undefined ? {} : { epsilon }),
    },
  };
}

async function chooseFromCatalog(): Promise<AttackDefinition | undefined> {
  const headings: readonly (readonly [Kind, string])[] = [
    ['attack', l10n.t('Attacks')],
    ['forge', l10n.t('Image Forging')],
    ['explanation', l10n.t('Explanations')],
  ];
  const items = headings.flatMap(([kind, label]) => [
    { label, kind: vscode.QuickPickItemKind.Separator, attack: undefined },
    ...[...catalog.values()]
      .filter((attack) => attack.kind === kind)
      .map((attack) => ({
        label: attack.title,
        description: `${attack.threatModel}, ${attack.norms.join(', ')}`,
        detail: attack.description,
        attack,
      })),
  ]);
  const title = l10n.t('Attack');
  return (
    await vscode.window.showQuickPick(items, { title, placeHolder: l10n.t('Choose an attack'), ignoreFocusOut: true })
  )?.attack;
}

/** A class of the model: one of its labels where these are known, else what the user writes. */
async function chooseTarget(model: vscode.Uri, layer: SettingsLayer): Promise<string | undefined> {
  const title = l10n.t('Target');
  const labels = await labelsOf(model, layer);
  const classes = labels && (await readLabels(labels).catch(() => undefined));
  if (classes) {
    const placeHolder = l10n.t('Class the model should predict');
    return vscode.window.showQuickPick(classes, { title, placeHolder, ignoreFocusOut: true });
  }
  const text = await vscode.window.showInputBox({
    ignoreFocusOut: true,
    title,
    prompt: l10n.t('Class the model should predict: its name or zero-based index'),
    validateInput: (value) => (value.trim() === '' ? l10n.t('Enter the name or the index of a class.') : undefined),
  });
  return text?.trim();
}

/** A budget as the user enters it: "8/255", or a number. */
export async function chooseEpsilon({ norms: [norm], title }: AttackDefinition): Promise<string | number | undefined> {
  const countsPixels = norm === 'l0';
  const text = await vscode.window.showInputBox({
    // A view that regains the focus between two questions must not end the dialog.
    ignoreFocusOut: true,
    title: l10n.t('Epsilon for {0}', title),
    prompt: countsPixels
      ? l10n.t('Maximum number of pixels that change')
      : l10n.t('Maximum perturbation in {0}, relative to the pixel range [0, 1]: 8/255 is eight gray levels', norm),
    value: countsPixels ? '1' : '8/255',
    validateInput: (value) => {
      try {
        const amount = parseAmount(asAmount(value));
        if (countsPixels) return amount < 1 ? l10n.t('{0} is less than one pixel', value) : undefined;
        if (amount * 255 < 1) return l10n.t('{0} is less than one gray level (1/255)', value);
        return amount > 1
          ? l10n.t('{0} exceeds the whole pixel range. For eight gray levels, enter 8/255', value)
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

/** The chosen images: a name for tests, and the entry that the settings lack for it. */
interface ChosenDataset {
  readonly name: string;
  readonly entry: Readonly<Record<string, object>>;
}

/** White noise, which needs no dataset. */
const whiteNoise = { name: undefined, entry: {} } as const;

/** A dataset in the settings, or a folder that the user picks. */
export function chooseDataset(layer: SettingsLayer): Promise<ChosenDataset | undefined> {
  return chooseImages<never>(layer, []);
}

/** What images are forged from: a dataset, or white noise. */
function chooseStart(layer: SettingsLayer): Promise<ChosenDataset | typeof whiteNoise | undefined> {
  return chooseImages(layer, [{ label: l10n.t('White noise'), choose: async () => whiteNoise }]);
}

async function chooseImages<T>(
  layer: SettingsLayer,
  others: readonly { readonly label: string; choose(): Promise<T> }[],
): Promise<ChosenDataset | T | undefined> {
  const known = Object.keys(layer.values['perturb.datasets']);
  const folder = { label: l10n.t('$(folder-opened) Choose Image Folder…'), choose: () => chooseFolder(layer) };
  const items = [
    ...known.map((name) => ({ label: name, choose: async () => ({ name, entry: {} }) })),
    ...others,
    folder,
  ];
  const title = l10n.t('Images');
  const picked =
    items.length === 1 ? folder : await vscode.window.showQuickPick(items, { title, ignoreFocusOut: true });
  return picked?.choose();
}

async function chooseFolder(layer: SettingsLayer): Promise<ChosenDataset | undefined> {
  const [chosen] =
    (await vscode.window.showOpenDialog({
      canSelectFolders: true,
      canSelectFiles: false,
      defaultUri: vscode.Uri.file(layer.folder),
      openLabel: l10n.t('Use These Images'),
      title: l10n.t('Images'),
    })) ?? [];
  if (chosen === undefined) return undefined;
  const name = freeName(path.basename(chosen.fsPath), Object.keys(layer.values['perturb.datasets']));
  const { files } = await listImages(chosen.fsPath);
  // Where no folders name classes, the model's own predictions are all that there is.
  const isLoose = files.length > 0 && files.every((file) => !file.path.includes('/'));
  const labels = isLoose ? { labels: 'predictions' } : {};
  return { name, entry: { [name]: { path: shorten(chosen.fsPath, layer.folder), ...labels } } };
}

/** The model's entry in the settings, or a new one with preprocessing from the user. */
export async function describeModel(model: vscode.Uri, layer: SettingsLayer) {
  const name = nameOfModel(model, layer);
  if (name !== undefined) return { name, entry: {} };
  const preprocessing = await choosePreprocessing(model);
  if (preprocessing === undefined) return undefined;
  const created = await newModel(model, layer);
  const stated = preprocessing === asInFile ? {} : { preprocessing };
  return { name: created.name, entry: { [created.name]: { ...created.value, ...stated } } };
}

/** The name of a model in the settings; `undefined` if it has none. */
export function nameOfModel(model: vscode.Uri, layer: SettingsLayer): string | undefined {
  return Object.entries(layer.values['perturb.models']).find(([, entry]) => {
    const at = (entry as { path?: unknown } | null)?.path;
    return typeof at === 'string' && path.resolve(layer.folder, at) === model.fsPath;
  })?.[0];
}

/** An entry for a model that is not in the settings, under an unused name, with the labels next to it. */
export async function newModel(model: vscode.Uri, layer: SettingsLayer) {
  const home = path.dirname(model.fsPath);
  const stem = path.parse(model.fsPath).name;
  const name = freeName(stem === 'model' ? path.basename(home) : stem, Object.keys(layer.values['perturb.models']));
  const labels = await labelsBeside(model);
  const value = {
    path: shorten(model.fsPath, layer.folder),
    ...(labels === undefined ? {} : { labels: shorten(labels, layer.folder) }),
  };
  return { name, value };
}

/** The file with a model's labels: the one in the settings, or one next to a model that is not in the settings. */
async function labelsOf(model: vscode.Uri, layer: SettingsLayer): Promise<string | undefined> {
  const name = nameOfModel(model, layer);
  if (name === undefined) return labelsBeside(model);
  const resolved = resolveModel(name, layer.values['perturb.models'][name], layer);
  return 'source' in resolved ? resolved.source.labels : undefined;
}

async function labelsBeside(model: vscode.Uri): Promise<string | undefined> {
  const home = path.dirname(model.fsPath);
  const labels = (await readdir(home)).find((file) => /^(labels|classes)\.txt$/i.test(file));
  return labels === undefined ? undefined : path.join(home, labels);
}

/** Nothing is set, so the metadata of an ONNX file applies. */
const asInFile: PreprocessingSettings = {};

async function choosePreprocessing(model: vscode.Uri): Promise<PreprocessingSettings | undefined> {
  const unstated = {
    label: l10n.t('From the model file'),
    description: l10n.t('mean and standard deviation from its metadata; without metadata, unscaled pixels'),
    value: asInFile,
  };
  const items: (vscode.QuickPickItem & { value: PreprocessingSettings })[] = [
    ...(model.path.endsWith('.onnx') ? [unstated] : []),
    { label: l10n.t('[0, 1]'), description: l10n.t('unscaled pixels'), value: { mean: 0, std: 1 } },
    { label: l10n.t('[−1, 1]'), description: 'mean 0.5, std 0.5', value: { mean: 0.5, std: 0.5 } },
    { label: l10n.t('[0, 255]'), description: 'mean 0, std 1/255', value: { mean: 0, std: 1 / 255 } },
    {
      label: 'ImageNet',
      description: 'mean 0.485, 0.456, 0.406; std 0.229, 0.224, 0.225',
      detail: l10n.t('Resizes, then crops the center, as in torchvision'),
      value: 'imagenet',
    },
    {
      label: l10n.t('ImageNet, stretched'),
      description: 'mean 0.485, 0.456, 0.406; std 0.229, 0.224, 0.225',
      detail: l10n.t('Stretches the whole image to the model’s input size'),
      value: { preset: 'imagenet', resize: 'stretch' },
    },
    {
      label: 'CLIP',
      description: 'mean 0.481, 0.458, 0.408; std 0.269, 0.261, 0.276',
      detail: l10n.t('Resizes, then crops the center'),
      value: 'clip',
    },
  ];
  const title = l10n.t('Preprocessing');
  const placeHolder = l10n.t('Which pixel value range was the model trained on?');
  return (await vscode.window.showQuickPick(items, { title, placeHolder, ignoreFocusOut: true }))?.value;
}

/** A path as written in settings: relative to their folder if it is inside. */
export function shorten(file: string, folder: string): string {
  const relative = path.relative(folder, file);
  return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative.split(path.sep).join('/');
}

/** An unused name: the wanted one, or that with a number. */
export function freeName(wanted: string, taken: readonly string[]): string {
  let name = wanted;
  for (let count = 2; taken.includes(name); count++) name = `${wanted} (${count})`;
  return name;
}

import path from 'node:path';
import * as vscode from 'vscode';
import type { AttackDefinition } from '../../attacks/attackDefinition.ts';
import { catalog } from '../../attacks/catalog.ts';
import { detectors } from '../../defenses/detectors/catalog.ts';
import type { DetectorDefinition } from '../../defenses/detectors/detectorDefinition.ts';
import { generators } from '../../defenses/generators/catalog.ts';
import type { GeneratorDefinition } from '../../defenses/generators/generatorDefinition.ts';
import { surrogates } from '../../defenses/surrogates/catalog.ts';
import type { SurrogateDefinition } from '../../defenses/surrogates/surrogateDefinition.ts';
import { defenses } from '../../defenses/training/catalog.ts';
import type { DefenseDefinition } from '../../defenses/training/defenseDefinition.ts';
import { type AnyParameters, hasPresets } from '../../parameters/parameter.ts';
import type { SettingsLayer } from '../../settings/settingsLayer.ts';
import { trainingAttacks } from '../../settings/trainingSchema.ts';
import type { Entry } from '../commands/settingsFile.ts';
import { alone } from './form.ts';
import { chooseDataset } from './images.ts';
import { describeModel, type Named, nameOfModel } from './model.ts';
import { freeName } from './names.ts';
import { choosePreprocessing } from './preprocessing.ts';
import { choosePreset } from './preset.ts';
import { enterEpsilon } from './strength.ts';

const { l10n } = vscode;

/** An entry of `perturb.detectors`, `perturb.defenses`, `perturb.surrogates` or `perturb.generators`, and the entries that the settings lack for it, if any. */
export interface TrainingChoice {
  readonly name: string;
  readonly entries: readonly Entry[];
}

/** Asks for a kind of detector, its preset, images, attacks and a folder, or for a detector of the settings. */
export function chooseDetector(model: vscode.Uri, layer: SettingsLayer): Promise<TrainingChoice | undefined> {
  return choose<DetectorDefinition>(model, layer, {
    setting: 'perturb.detectors',
    kinds: [...detectors.values()].map((definition) => ({
      definition,
      description:
        definition.learnsFrom === 'clean'
          ? l10n.t('trained on clean images only')
          : l10n.t('trained on clean images and adversarial examples'),
    })),
    title: l10n.t('Detector'),
    again: l10n.t('Train again'),
    fresh: l10n.t('New detector'),
    folder: 'detectors',
    more: ({ learnsFrom }) => (learnsFrom === 'clean' ? Promise.resolve({}) : chooseLessons()),
  });
}

/** Asks for a training defense, its preset, images and a folder, or for a defense of the settings. */
export function chooseDefense(model: vscode.Uri, layer: SettingsLayer): Promise<TrainingChoice | undefined> {
  return choose<DefenseDefinition>(model, layer, {
    setting: 'perturb.defenses',
    kinds: [...defenses.values()].map((definition) => ({ definition })),
    title: l10n.t('Defense'),
    again: l10n.t('Resume or train again'),
    fresh: l10n.t('New defense'),
    folder: 'models',
    more: () => Promise.resolve({}),
  });
}

/** Asks for a way to train a surrogate, its preset, images and a folder, or for a surrogate of the settings. */
export function chooseTrainedSurrogate(model: vscode.Uri, layer: SettingsLayer): Promise<TrainingChoice | undefined> {
  return choose<SurrogateDefinition>(model, layer, {
    setting: 'perturb.surrogates',
    kinds: [...surrogates.values()].map((definition) => ({ definition })),
    title: l10n.t('Surrogate'),
    again: l10n.t('Resume or train again'),
    fresh: l10n.t('New surrogate'),
    folder: 'models',
    more: () => Promise.resolve({}),
  });
}

/** Asks for a kind of generator, its preset, images and a folder, or for a generator of the settings. */
export function chooseGenerator(model: vscode.Uri, layer: SettingsLayer): Promise<TrainingChoice | undefined> {
  return choose<GeneratorDefinition>(model, layer, {
    setting: 'perturb.generators',
    kinds: [...generators.values()].map((definition) => ({ definition })),
    title: l10n.t('Generator'),
    again: l10n.t('Resume or train again'),
    fresh: l10n.t('New generator'),
    folder: 'models',
    more: () => Promise.resolve({}),
  });
}

type Definition = Pick<DefenseDefinition, 'id' | 'title' | 'description'> & { readonly parameters: AnyParameters };

/** The questions for detectors, defenses, surrogates, and generators. */
interface Questions<D extends Definition> {
  readonly setting: 'perturb.detectors' | 'perturb.defenses' | 'perturb.surrogates' | 'perturb.generators';
  readonly kinds: readonly { readonly definition: D; readonly description?: string }[];
  readonly title: string;
  readonly again: string;
  readonly fresh: string;
  /** Folder in the workspace for the results. */
  readonly folder: string;
  /** What else a kind needs in its entry; `undefined` if the user dismissed a question. */
  more(definition: D): Promise<object | undefined>;
}

async function choose<D extends Definition>(
  model: vscode.Uri,
  layer: SettingsLayer,
  questions: Questions<D>,
): Promise<TrainingChoice | undefined> {
  const { setting, folder: home } = questions;
  const picked = await chooseKind(nameOfModel(model, layer), layer, questions);
  if (picked === undefined) return undefined;
  if (picked.name !== undefined) return { name: picked.name, entries: [] };
  const { definition } = picked;
  const hasChoice = hasPresets(definition.parameters);
  const preset = hasChoice ? alone(await choosePreset({ title: l10n.t('Preset') })) : 'quick';
  if (preset === undefined) return undefined;
  const dataset = alone(await chooseDataset(layer, { title: l10n.t('Images') }));
  if (dataset === undefined) return undefined;
  const more = await questions.more(definition);
  if (more === undefined) return undefined;
  const chosenModel = await describePreprocessed(model, layer);
  if (chosenModel === undefined) return undefined;
  const taken = Object.keys(layer.values[setting]);
  const folder = await chooseFolder(`${home}/${freeName(`${chosenModel.name}-${definition.id}`, taken)}`);
  if (folder === undefined) return undefined;
  const name = freeName(path.basename(folder), taken);
  const value = {
    kind: definition.id,
    model: chosenModel.name,
    dataset: dataset.name,
    path: folder,
    ...(preset === 'quick' ? {} : { preset }),
    ...more,
  };
  return {
    name,
    entries: [
      ...Object.entries(chosenModel.entry).map(([key, entry]): Entry => [['perturb.models', key], entry]),
      ...Object.entries(dataset.entry).map(([key, entry]): Entry => [['perturb.datasets', key], entry]),
      [[setting, name], value],
    ],
  };
}

/** A model as the settings know it, or an entry for it with preprocessing from the user. */
async function describePreprocessed(model: vscode.Uri, layer: SettingsLayer): Promise<Named | undefined> {
  const { name, entry } = await describeModel(model, layer);
  if (nameOfModel(model, layer) !== undefined) return { name, entry };
  const preprocessed = alone(await choosePreprocessing(model, { title: l10n.t('Preprocessing') }));
  return preprocessed && { name, entry: { [name]: { ...entry[name], ...preprocessed } } };
}

/** What the user picked: an entry in the settings, or a kind for a new one. */
type Picked<D> = { readonly name: string } | { readonly name?: undefined; readonly definition: D };

async function chooseKind<D extends Definition>(
  model: string | undefined,
  layer: SettingsLayer,
  { setting, kinds, title, again, fresh }: Questions<D>,
): Promise<Picked<D> | undefined> {
  const titleOf = (kind: unknown) => kinds.find(({ definition }) => definition.id === kind)?.definition.title;
  const known = Object.entries(layer.values[setting])
    .map(([name, value]) => ({ name, value: value as { model?: unknown; kind?: unknown } | null }))
    .filter(({ value }) => model !== undefined && value?.model === model);
  const heading = (label: string) => ({ label, kind: vscode.QuickPickItemKind.Separator, picked: undefined });
  const items = [
    ...(known.length > 0 ? [heading(again)] : []),
    ...known.map(({ name, value }) => ({ label: name, description: titleOf(value?.kind), chosen: { name } })),
    ...(known.length > 0 ? [heading(fresh)] : []),
    ...kinds.map(({ definition, description }) => ({
      label: definition.title,
      description,
      detail: definition.description,
      chosen: { definition },
    })),
  ] as (vscode.QuickPickItem & { chosen?: Picked<D> })[];
  const options = { title, placeHolder: l10n.t('Choose a type'), ignoreFocusOut: true, matchOnDescription: true };
  return (await vscode.window.showQuickPick(items, options))?.chosen;
}

async function chooseFolder(value: string): Promise<string | undefined> {
  const folder = await vscode.window.showInputBox({
    ignoreFocusOut: true,
    title: l10n.t('Folder'),
    prompt: l10n.t('Output folder; its last component becomes the name in the settings'),
    value,
    validateInput: (text) => (path.basename(text.trim()) === '' ? l10n.t('Enter a folder.') : undefined),
  });
  return folder?.trim().replaceAll('\\', '/');
}

/** The attacks whose examples a detector is trained on: the default ones, or those that the user picks. */
async function chooseLessons(): Promise<object | undefined> {
  const usual = {
    label: l10n.t('FGSM and PGD at 8/255'),
    description: l10n.t('default; DeepFool is held out for evaluation'),
  };
  const others = { label: l10n.t('$(list-selection) Choose Attacks…') };
  const options = { title: l10n.t('Adversarial Examples for Training'), ignoreFocusOut: true };
  const picked = await vscode.window.showQuickPick([usual, others], options);
  if (picked === undefined) return undefined;
  if (picked === usual) return {};
  const items = trainingAttacks(catalog).map((attack) => ({
    label: attack.title,
    description: attack.norms.join(', '),
    attack,
  }));
  const chosen = await vscode.window.showQuickPick(items, { ...options, canPickMany: true });
  if (chosen === undefined || chosen.length === 0) return undefined;
  const attacks: object[] = [];
  for (const { attack } of chosen) {
    const entry = await describeLesson(attack);
    if (entry === undefined) return undefined;
    attacks.push(entry);
  }
  return { attacks };
}

async function describeLesson(attack: AttackDefinition): Promise<object | undefined> {
  if (!attack.fixedBudget) return { attack: attack.id };
  const title = l10n.t('Epsilon for {0}', attack.title);
  const epsilon = alone(await enterEpsilon(attack.norms[0], { title }));
  return epsilon === undefined ? undefined : { attack: attack.id, epsilon };
}

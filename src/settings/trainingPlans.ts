import { dirname, extname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { JSONPath } from 'jsonc-parser';
import { catalog } from '../attacks/catalog.ts';
import type { DatasetSource } from '../data/source.ts';
import { detectors as detectorCatalog } from '../defenses/detectors/catalog.ts';
import { generators as generatorCatalog } from '../defenses/generators/catalog.ts';
import type { DefensePlan, DetectorPlan, GeneratorPlan, SurrogatePlan } from '../defenses/plan.ts';
import { surrogates as surrogateCatalog } from '../defenses/surrogates/catalog.ts';
import { defenses as defenseCatalog } from '../defenses/training/catalog.ts';
import type { ModelSource } from '../models/source.ts';
import { parseAmount } from '../parameters/amount.ts';
import { type ConfiguredAttack, configureAttack, definitionOf } from '../runner/configuredAttack.ts';
import type { Attacks } from './attackChoice.ts';
import { checkDefense, checkDetector, checkGenerator, checkSurrogate } from './checkTraining.ts';
import { keptSecrets } from './keptSecrets.ts';
import {
  duplicateFaults,
  type Found,
  lookUp,
  lookUpDefinition,
  type NamedEntry,
  pathOf,
  problemsOf,
} from './namedEntry.ts';
import { type Fault, isObject, type Problem, separator, soundPart } from './problem.ts';
import { resolveAt, resolveDataset, resolveModel } from './resolveSources.ts';
import type { Workspace } from './settingsLayer.ts';
import type {
  DefenseSettings,
  Defenses,
  DetectorSettings,
  Detectors,
  GeneratorSettings,
  Generators,
  SurrogateSettings,
  Surrogates,
  TrainingAttackSettings,
} from './trainingSchema.ts';

/** What can be trained, and the problems that prevent the rest. */
export interface TrainingResolution<Plan> {
  readonly plans: readonly Plan[];
  readonly problems: readonly Problem[];
}

/** The detectors that the settings of a workspace define. A mistake costs only those that it concerns. */
export function resolveDetectorPlans(
  workspace: Workspace,
  detectors: Detectors = detectorCatalog,
  attacks: Attacks = catalog,
): TrainingResolution<DetectorPlan> {
  return resolveAll(workspace, 'perturb.detectors', (definition) => resolveDetector(definition, detectors, attacks));
}

/** The training defenses that the settings of a workspace define, in the same way. */
export function resolveDefensePlans(
  workspace: Workspace,
  defenses: Defenses = defenseCatalog,
): TrainingResolution<DefensePlan> {
  return resolveAll(workspace, 'perturb.defenses', (definition) => resolveDefense(definition, defenses));
}

function resolveAll<Plan>(
  { layers, problems }: Workspace,
  setting: 'perturb.detectors' | 'perturb.defenses',
  resolve: (definition: NamedEntry) => Found<Plan>,
): TrainingResolution<Plan> {
  const found = layers.flatMap((layer) =>
    Object.entries(layer.values[setting]).map(([name, value]) => resolve({ layer, setting, name, value })),
  );
  return {
    plans: found.flatMap(({ source }) => source ?? []),
    problems: [
      ...problems,
      ...layers.flatMap((layer) => layer.problems),
      ...found.flatMap((one) => one.problems ?? []),
    ],
  };
}

/** The detector that an entry of `perturb.detectors` defines. */
export function resolveDetector(
  definition: NamedEntry,
  detectors: Detectors = detectorCatalog,
  attacks: Attacks = catalog,
): Found<DetectorPlan> {
  const faults = [...duplicateFaults(definition), ...checkDetector(definition.value, detectors, attacks)];
  const settings = soundPart<DetectorSettings>(definition.value, faults);
  const listed = (list: readonly unknown[]) =>
    faults.length > 0 ? [] : list.map((attack) => trainingAttack(attack as TrainingAttackSettings, attacks));
  const seen = listed(settings.attacks ?? defaultAttacks);
  const heldOut = listed(settings.heldOut ?? defaultHeldOut);
  if (faults.length === 0) {
    faults.push(...repetitions('attacks', seen), ...repetitions('heldOut', heldOut));
    if (settings.heldOut) faults.push(...overlap(seen, heldOut));
  }
  const found = resolveCommon(definition, settings, faults);
  if (found.problems) return found;
  return {
    source: {
      ...found.source,
      attacks: seen,
      heldOut: heldOut.filter((attack) => !isAmong(attack, seen)),
      falsePositiveRate: settings.falsePositiveRate ?? 0.05,
    },
  };
}

/** The training defense that an entry of `perturb.defenses` defines. */
export function resolveDefense(definition: NamedEntry, defenses: Defenses = defenseCatalog): Found<DefensePlan> {
  const faults = [...duplicateFaults(definition), ...checkDefense(definition.value, defenses)];
  const settings = soundPart<DefenseSettings>(definition.value, faults);
  const found = resolveCommon(definition, settings, faults);
  if (found.source?.model.enrolled) return { problems: problemsOf(definition, [hasNoClasses]) };
  if (settings.validation === undefined) return found;
  const validation = findLabeled(definition, 'validation', settings.validation);
  return found.problems || validation.problems
    ? { problems: [...(found.problems ?? []), ...(validation.problems ?? [])] }
    : { source: { ...found.source, validation: validation.source } };
}

/** The surrogate that an entry of `perturb.surrogates` defines. */
export function resolveSurrogate(
  definition: NamedEntry,
  surrogates: Surrogates = surrogateCatalog,
): Found<SurrogatePlan> {
  const faults = [...duplicateFaults(definition), ...checkSurrogate(definition.value, surrogates)];
  const settings = soundPart<SurrogateSettings>(definition.value, faults);
  const asks = surrogates.get(settings.kind ?? '')?.asking !== undefined;
  const found = resolveCommon(definition, settings, faults, {
    find: asks ? findDataset : findLabeled,
    needsFile: false,
  });
  if (settings.architecture === undefined) return found;
  const architecture = lookUp(definition, ['architecture'], 'perturb.models', settings.architecture, resolveModel);
  return found.problems || architecture.problems
    ? { problems: [...(found.problems ?? []), ...(architecture.problems ?? [])] }
    : { source: { ...found.source, architecture: architecture.source } };
}

/** The generator that an entry of `perturb.generators` defines. */
export function resolveGenerator(
  definition: NamedEntry,
  generators: Generators = generatorCatalog,
): Found<GeneratorPlan> {
  const faults = [...duplicateFaults(definition), ...checkGenerator(definition.value, generators)];
  const settings = soundPart<GeneratorSettings>(definition.value, faults);
  const { validation: named, surrogate: standIn, target } = settings;
  const kind = generators.get(settings.kind ?? '');
  if (target !== undefined && kind && kind.makes !== 'adversarial') {
    faults.push({ path: ['target'], message: `${kind.title} has no target: remove "target".` });
  }
  const found = resolveCommon(definition, settings, faults, { find: findLabeled, needsFile: standIn === undefined });
  const validation = named === undefined ? undefined : findLabeled(definition, 'validation', named);
  const surrogate = standIn === undefined ? undefined : findSurrogate(definition, ['surrogate'], standIn, 'model.json');
  const problems = [found, validation, surrogate].flatMap((each) => each?.problems ?? []);
  if (found.problems || validation?.problems || surrogate?.problems) return { problems };
  return {
    source: {
      ...found.source,
      ...(validation && { validation: validation.source }),
      ...(surrogate && { surrogate: surrogate.source }),
      ...(target !== undefined && { target }),
    },
  };
}

/**
 * A surrogate that was trained, or any model.
 * @param file of a trained one: for attacks the faster, for training the one that can be trained.
 */
export function findSurrogate(
  user: NamedEntry,
  path: JSONPath,
  name: string,
  file: 'model.onnx' | 'model.json' = 'model.onnx',
): Found<ModelSource> {
  const trained = lookUpDefinition(user, path, 'perturb.surrogates', name);
  if (trained.problems) return lookUp(user, path, 'perturb.models', name, resolveModel);
  const plan = resolveSurrogate(trained.source);
  return plan.problems ? plan : { source: modelOfSurrogate(plan.source, file) };
}

/** A trained surrogate as a model, prepared as the model that it stands in for. */
function modelOfSurrogate({ name, path, model }: SurrogatePlan, file: string): ModelSource {
  const { preprocessing, resizing, labels } = model;
  return {
    name,
    // Its metadata have the names and the normalization that the settings may leave to the model's own file.
    path: join(path, file),
    ...(labels !== undefined && { labels: join(path, 'labels.txt') }),
    ...(preprocessing && { preprocessing }),
    ...(resizing && { resizing }),
  };
}

/** Default training attacks and held-out attacks. */
const defaultAttacks: readonly TrainingAttackSettings[] = [
  { attack: 'fgsm', norm: 'linf', epsilon: '8/255' },
  { attack: 'pgd', norm: 'linf', epsilon: '8/255' },
];
const defaultHeldOut: readonly TrainingAttackSettings[] = [{ attack: 'deepfool', norm: 'l2' }];

/** @param settings without mistakes */
function trainingAttack(
  { attack, norm, epsilon, preset, parameters }: TrainingAttackSettings,
  attacks: Attacks,
): ConfiguredAttack {
  const definition = attacks.get(attack) ?? definitionOf(attack);
  return configureAttack(definition, {
    norm: norm ?? definition.norms[0],
    ...(epsilon !== undefined && { epsilon: parseAmount(epsilon) }),
    preset: preset ?? 'quick',
    parameters: { ...parameters },
    quantize: true,
  });
}

function repetitions(key: string, attacks: readonly ConfiguredAttack[]): Fault[] {
  const message = 'This attack is already in the list. Remove one of the two.';
  return attacks.flatMap((attack, index) =>
    isAmong(attack, attacks.slice(0, index)) ? [{ path: [key, index], message }] : [],
  );
}

function overlap(seen: readonly ConfiguredAttack[], heldOut: readonly ConfiguredAttack[]): Fault[] {
  const message = 'This attack is also in "attacks". Remove it from one of the two lists.';
  return heldOut.flatMap((attack, index) => (isAmong(attack, seen) ? [{ path: ['heldOut', index], message }] : []));
}

function isAmong(attack: ConfiguredAttack, others: readonly ConfiguredAttack[]): boolean {
  return others.some((other) => isDeepStrictEqual(attack, other));
}

/**
 * What detectors, training defenses, and surrogates have in common.
 * @param settings those that are sound on their own
 * @param faults what is wrong with the others
 * @param how the dataset is found, and whether the model must be a file
 */
function resolveCommon(
  definition: NamedEntry,
  settings: Partial<Omit<DefenseSettings, 'validation'>>,
  faults: readonly Fault[],
  { find, needsFile } = { find: findLabeled, needsFile: true },
): Found<Omit<DefensePlan, 'validation'>> {
  const { layer, name } = definition;
  const { kind = '', preset = 'quick', parameters, seed = 0 } = settings;
  const model =
    settings.model === undefined
      ? undefined
      : lookUp(definition, ['model'], 'perturb.models', settings.model, resolveModel);
  const dataset = settings.dataset === undefined ? undefined : find(definition, 'dataset', settings.dataset);
  const own = [...faults, ...(model?.source?.endpoint && needsFile ? [givesNoGradients] : [])];
  const path = settings.path === undefined ? '' : resolveAt('path', settings.path, layer, own);
  if (path !== '' && own.length === faults.length) own.push(...pathFaults(definition, path, model?.source));
  if (own.length > 0 || !model?.source || !dataset?.source) {
    return { problems: [...problemsOf(definition, own), ...(model?.problems ?? []), ...(dataset?.problems ?? [])] };
  }
  const origin = { file: layer.file, line: layer.locate(pathOf(definition)).line };
  const sources = { model: model.source, dataset: dataset.source };
  return {
    source: {
      name,
      kind,
      ...sources,
      path,
      preset,
      parameters: { ...parameters },
      seed,
      origin,
      ...keptSecrets(layer),
    },
  };
}

const hasNoClasses: Fault = {
  path: ['model'],
  message:
    'This model gives embeddings, which are compared with "enrolled" images, so it has no classes that it could be trained on. Harden the classifier that it was trained as, if there is one.',
};

const givesNoGradients: Fault = {
  path: ['model'],
  message:
    'This model is on a server, which gives neither gradients nor inner values to learn from. Use the file of the model (a model with "path").',
};

function findDataset(definition: NamedEntry, key: 'dataset' | 'validation', name: string): Found<DatasetSource> {
  return lookUp(definition, [key], 'perturb.datasets', name, resolveDataset);
}

/** The dataset of this name, which must know the classes of its images. */
function findLabeled(definition: NamedEntry, key: 'dataset' | 'validation', name: string): Found<DatasetSource> {
  const found = findDataset(definition, key, name);
  if (found.source?.labels !== 'predictions') return found;
  const message = `The labels of "${name}" are the model’s own predictions, which are useless for training. Add labels to the dataset or use another one.`;
  return { problems: problemsOf(definition, [{ path: [key], message }]) };
}

/** A folder whose contents the result would replace. */
function pathFaults({ layer, setting, name }: NamedEntry, path: string, model: ModelSource | undefined): Fault[] {
  const home = model && (extname(model.path) === '' ? model.path : dirname(model.path));
  if (path === home) {
    const message = `This folder contains the model "${model?.name}" itself, which must not be overwritten. Choose another folder.`;
    return [{ path: ['path'], message }];
  }
  const others = (
    ['perturb.detectors', 'perturb.defenses', 'perturb.surrogates', 'perturb.generators'] as const
  ).flatMap((other) =>
    Object.entries(layer.values[other])
      .filter(([otherName]) => other !== setting || otherName !== name)
      .map(([otherName, value]) => ({ place: `${other}${separator}${otherName}`, value })),
  );
  const rival = others.find(
    ({ value }) =>
      isObject(value) && typeof value.path === 'string' && resolveAt('path', value.path, layer, []) === path,
  );
  if (rival === undefined) return [];
  return [
    { path: ['path'], message: `${rival.place} is written to the same folder. Use a different folder for each.` },
  ];
}

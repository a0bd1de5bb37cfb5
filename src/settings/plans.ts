import path from 'node:path';
import type { AttackDefinition } from '../attacks/attackDefinition.ts';
import { catalog } from '../attacks/catalog.ts';
import { robustnessFolder } from '../corpus/folder.ts';
import type { DatasetSource } from '../data/source.ts';
import { detectors as detectorCatalog } from '../defenses/detectors/catalog.ts';
import { generators } from '../defenses/generators/catalog.ts';
import type { DetectorPlan, GeneratorPlan } from '../defenses/plan.ts';
import { canBeAudited, type TestPlan } from '../evaluation/plan.ts';
import type { ModelSource } from '../models/source.ts';
import { parseAmount } from '../parameters/amount.ts';
import { isFolder } from '../parameters/folder.ts';
import { configureAttack } from '../runner/configuredAttack.ts';
import type { Attacks } from './attackChoice.ts';
import { membersOf, readAttackList } from './attackList.ts';
import { checkTest } from './checkTest.ts';
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
import { type Fault, type Problem, separator, soundPart } from './problem.ts';
import { resolveAt, resolveDataset, resolveModel } from './resolveSources.ts';
import type { SettingsLayer, Workspace } from './settingsLayer.ts';
import type { TestSettings } from './testBase.ts';
import { findSurrogate, resolveDetector, resolveGenerator } from './trainingPlans.ts';
import type { Detectors } from './trainingSchema.ts';

/** What can run, and the problems that prevent the rest. */
export interface Resolution {
  readonly plans: readonly TestPlan[];
  readonly problems: readonly Problem[];
}

/**
 * The tests that the settings of a workspace define. A mistake costs only the tests that it concerns: a model, a dataset
 * or a detector with a mistake is reported once for each test that uses it, and not at all where none does.
 */
export function resolvePlans(
  workspace: Workspace,
  attacks: Attacks = catalog,
  detectors: Detectors = detectorCatalog,
): Resolution {
  const plans: TestPlan[] = [];
  const problems = [...workspace.problems, ...workspace.layers.flatMap((layer) => layer.problems)];
  const seen = new Set<string>();
  const shared = new Set<string>();
  for (const { values } of workspace.layers) {
    for (const name of Object.keys(values['perturb.tests'])) (seen.has(name) ? shared : seen).add(name);
  }
  for (const layer of workspace.layers) {
    for (const [name, value] of Object.entries(layer.values['perturb.tests'])) {
      const isShared = shared.has(name);
      const resolution = resolveTest({ layer, setting: 'perturb.tests', name, value }, isShared, {
        attacks,
        detectors,
      });
      for (const plan of resolution.plans) plans.push(plan);
      for (const problem of resolution.problems) problems.push(problem);
    }
  }
  return { plans, problems };
}

/** @param isShared other folders have a test of this name, so that ids need the folder's */
function resolveTest(
  test: NamedEntry,
  isShared: boolean,
  { attacks, detectors }: { attacks: Attacks; detectors: Detectors },
): Resolution {
  const { layer, name, value } = test;
  const plans: TestPlan[] = [];
  const problems: Problem[] = [];
  const origin = { file: layer.file, line: layer.locate(pathOf(test)).line };
  const report = (found: readonly Problem[], impossible: string) =>
    problems.push(...found.map((problem) => ({ ...problem, test: impossible, testName: name, origin })));

  const faults = [...duplicateFaults(test), ...checkTest(value, attacks)];
  const settings = withFolders(soundPart<TestSettings>(value, faults), attacks, layer, faults);
  report(problemsOf(test, faults), name);

  const dataset =
    settings.dataset === undefined
      ? undefined
      : lookUp(test, ['dataset'], 'perturb.datasets', settings.dataset, resolveDataset);
  if (dataset?.problems) report(dataset.problems, name);
  if (dataset?.source?.labels === 'predictions' && settings.expect?.cleanAccuracy !== undefined) {
    report(problemsOf(test, [trivialAccuracy]), name);
  }

  const detector = findDetector(test, settings.detector, detectors, attacks);
  if (detector?.problems) report(detector.problems, name);

  const purifier = findPurifier(test, settings.purifier);
  if (purifier?.problems) report(purifier.problems, name);

  const surrogates = findSurrogates(test, settings.surrogate);
  report(
    surrogates.flatMap(({ problems = [] }) => problems),
    name,
  );

  const defense = detector?.source
    ? { kind: 'detector', source: detector.source }
    : purifier?.source && { kind: 'purifier', source: purifier.source };
  const sources = {
    dataset: dataset?.source,
    detector: detector?.source,
    purifier: purifier?.source,
    surrogates: surrogates.flatMap(({ source }) => source ?? []),
  };
  const common = problems.length === 0 ? commonPlan(test, settings as TestSettings, sources, attacks) : undefined;
  for (const [index, modelName] of [settings.model ?? []].flat().entries()) {
    const id = [...(isShared ? [layer.name] : []), modelName, name].join(separator);
    const path = Array.isArray(settings.model) ? ['model', index] : ['model'];
    const model = lookUp(test, path, 'perturb.models', modelName, resolveModel);
    if (model.problems) {
      report(model.problems, id);
    } else if (defense && defense.source.model.name !== modelName) {
      const meant = [defense.source.model.name];
      report(problemsOf(test, [{ path, message: mismatch(defense, modelName), meant }]), id);
    } else if (sources.surrogates.some((surrogate) => isSame(surrogate, model.source))) {
      report(problemsOf(test, [{ path: ['surrogate'], message: ownSurrogate(modelName) }]), id);
    } else if (common) {
      plans.push({ id, model: model.source, ...common, origin });
    }
  }
  return { plans: plans.map((plan) => withSiblings(plan, plans)), problems };
}

/** A test with its parameters that are folders as absolute paths; what is wrong with those is added to the faults. */
function withFolders(
  settings: Partial<TestSettings>,
  attacks: Attacks,
  layer: SettingsLayer,
  faults: Fault[],
): Partial<TestSettings> {
  const { attack, parameters = {} } = settings;
  const known: Readonly<Record<string, { schema: object }>> =
    (typeof attack === 'string' && attacks.get(attack)?.parameters) || {};
  const found: Fault[] = [];
  const folders = Object.entries(parameters).flatMap(([key, given]) => {
    const parameter = known[key];
    return parameter && isFolder(parameter) && typeof given === 'string'
      ? [[key, resolveAt(key, given, layer, found)]]
      : [];
  });
  faults.push(...found.map((fault) => ({ ...fault, path: ['parameters', ...fault.path] })));
  return folders.length === 0
    ? settings
    : { ...settings, parameters: { ...parameters, ...Object.fromEntries(folders) } };
}

/** A plan with the models of the other plans of its test. */
function withSiblings(plan: TestPlan, plans: readonly TestPlan[]): TestPlan {
  const siblings = plans.filter((other) => other !== plan).map(({ model }) => model);
  return plan.audit && siblings.length > 0 ? { ...plan, siblings } : plan;
}

/** The models that a test is crafted on. */
function findSurrogates(test: NamedEntry, surrogate: TestSettings['surrogate'] = []): Found<ModelSource>[] {
  if (typeof surrogate === 'string') return [findSurrogate(test, ['surrogate'], surrogate)];
  return surrogate.map((name, i) => findSurrogate(test, ['surrogate', i], name));
}

function isSame(a: ModelSource, b: ModelSource): boolean {
  return a.path === b.path;
}

function ownSurrogate(name: string): string {
  return `The model "${name}" cannot be its own surrogate, since that would be a white-box attack. Name another model, or remove "surrogate".`;
}

/** The detector that a test names. */
function findDetector(
  test: NamedEntry,
  name: string | undefined,
  detectors: Detectors,
  attacks: Attacks,
): Found<DetectorPlan> | undefined {
  if (name === undefined) return undefined;
  const found = lookUpDefinition(test, ['detector'], 'perturb.detectors', name);
  return found.problems ? found : resolveDetector(found.source, detectors, attacks);
}

/** The purifier that a test names. */
function findPurifier(test: NamedEntry, name: string | undefined): Found<GeneratorPlan> | undefined {
  if (name === undefined) return undefined;
  const found = lookUpDefinition(test, ['purifier'], 'perturb.generators', name);
  if (found.problems) return found;
  const plan = resolveGenerator(found.source);
  if (plan.problems || generators.get(plan.source.kind)?.makes !== 'adversarial') return plan;
  const message = `The generator "${name}" is of the kind "${plan.source.kind}", which purifies nothing. Use one of the kind "ape-gan" or "dcgan".`;
  return { problems: problemsOf(test, [{ path: ['purifier'], message }]) };
}

/** A defense that a test names, and the model that it was defined for. */
interface NamedDefense {
  readonly kind: string;
  readonly source: Pick<DetectorPlan | GeneratorPlan, 'name' | 'model'>;
}

function mismatch({ kind, source: { name, model } }: NamedDefense, modelName: string): string {
  return `The ${kind} "${name}" was defined for the model "${model.name}", not for "${modelName}". Test "${model.name}" instead, or use a ${kind} for "${modelName}".`;
}

const trivialAccuracy: Fault = {
  path: ['expect', 'cleanAccuracy'],
  message:
    'The labels of this dataset are the model’s own predictions, so clean accuracy would always be 1. Remove "cleanAccuracy" or add labels to the dataset.',
};

/** What a test names beside its models. */
interface Sources {
  readonly dataset: DatasetSource | undefined;
  readonly detector: DetectorPlan | undefined;
  readonly purifier: GeneratorPlan | undefined;
  readonly surrogates: readonly ModelSource[];
}

/** What the plans of a test have in common, whichever model it is for. */
function commonPlan(
  test: NamedEntry,
  settings: TestSettings,
  { dataset, detector, purifier, surrogates: [surrogate, ...otherSurrogates] }: Sources,
  attacks: Attacks,
): Omit<TestPlan, 'id' | 'model' | 'origin'> {
  const { attack, classes, target, record, minimumEligible } = settings;
  const { confidence, ...expect } = settings.expect ?? {};
  const epsilons = [settings.epsilon ?? []].flat().map(parseAmount);
  const bounds = Object.entries(expect).map(([metric, bound]) => {
    return [metric, Array.isArray(bound) ? [...bound] : Array(Math.max(1, epsilons.length)).fill(bound)];
  });
  const { definition, parameters } = chosen(attack, attacks);
  const choice = {
    norm: settings.norm ?? definition.norms[0],
    parameters: { ...settings.parameters, ...parameters },
    preset: settings.preset ?? 'quick',
    quantize: settings.quantize ?? true,
    ...(settings.queries !== undefined && { queries: settings.queries }),
  };
  const [first, ...others] = epsilons;
  const at = (epsilon: number | undefined) =>
    configureAttack(definition, { ...choice, ...(epsilon !== undefined && { epsilon }) });
  const configured = [at(first), ...others.map(at)] as const;
  const asksEnough = canBeAudited({ attacks: configured, ...(surrogate && { surrogates: [surrogate] }) });
  return {
    name: test.name,
    ...(dataset && { dataset }),
    ...(classes && { classes }),
    attacks: configured,
    ...(target !== undefined && { target }),
    expect: Object.fromEntries(bounds),
    ...(confidence !== undefined && { confidence }),
    ...(minimumEligible !== undefined && { minimumEligible }),
    ...(record !== undefined && { record }),
    ...(detector && { detector: { name: detector.name, path: detector.path } }),
    ...(purifier && { purifier: { name: purifier.name, path: purifier.path } }),
    ...(settings.attacker && { attacker: settings.attacker }),
    ...(surrogate && { surrogates: [surrogate, ...otherSurrogates] }),
    ...keptSecrets(test.layer),
    audit: asksEnough && (settings.audit ?? test.layer.audit ?? true),
    seed: settings.seed ?? 0,
    robustness: path.join(test.layer.folder, robustnessFolder),
  };
}

/** The attack that a test names, or the one that its list makes, with the list as its parameter. */
function chosen(
  attack: TestSettings['attack'],
  attacks: Attacks,
): { definition: AttackDefinition; parameters?: object } {
  if (typeof attack === 'string') return { definition: attacks.get(attack) as AttackDefinition };
  const { definition } = readAttackList(attack, attacks);
  return { definition: definition as AttackDefinition, parameters: { attacks: membersOf(attack) } };
}

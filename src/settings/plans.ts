import type { JSONPath } from 'jsonc-parser';
import { parseAmount } from '../attacks/amount.ts';
import { catalogue } from '../attacks/catalogue.ts';
import type { AttackDefinition } from '../attacks/definition.ts';
import type { DatasetSource } from '../data/source.ts';
import type { TestPlan } from '../evaluation/plan.ts';
import type { Attacks } from './attackSchema.ts';
import { checkTest, soundPart } from './checkTest.ts';
import type { SettingKey } from './configuration.ts';
import { type Fault, formatPath, type Problem, separator } from './problem.ts';
import { type Resolved, resolveDataset, resolveModel } from './resolveSources.ts';
import type { TestSettings } from './schema.ts';
import type { SettingsLayer, Workspace } from './settingsLayer.ts';
import { suggest } from './suggest.ts';
import type { PathScope } from './variables.ts';

/** What can run, and what stands in the way of the rest. */
export interface Resolution {
  readonly plans: readonly TestPlan[];
  readonly problems: readonly Problem[];
}

/**
 * The tests that the settings of a workspace define. A mistake costs only the tests that it concerns: a model or dataset
 * with a mistake is reported once for each test that uses it, and not at all where none does.
 */
export function resolvePlans(workspace: Workspace, attacks: Attacks = catalogue): Resolution {
  const plans: TestPlan[] = [];
  const problems = [...workspace.problems, ...workspace.layers.flatMap((layer) => layer.problems)];
  const testNames = workspace.layers.flatMap((layer) => Object.keys(layer.values['perturb.tests']));
  for (const layer of workspace.layers) {
    for (const [name, value] of Object.entries(layer.values['perturb.tests'])) {
      const isShared = testNames.indexOf(name) !== testNames.lastIndexOf(name);
      const resolution = resolveTest({ layer, setting: 'perturb.tests', name, value }, isShared, attacks);
      plans.push(...resolution.plans);
      problems.push(...resolution.problems);
    }
  }
  return { plans, problems };
}

/** One entry of a setting, and where it stands. */
interface Definition {
  readonly layer: SettingsLayer;
  readonly setting: SettingKey;
  readonly name: string;
  readonly value: unknown;
}

/** @param isShared other folders have a test of this name, so that ids need the folder's */
function resolveTest(test: Definition, isShared: boolean, attacks: Attacks): Resolution {
  const { layer, name, value } = test;
  const plans: TestPlan[] = [];
  const problems: Problem[] = [];
  const report = (found: readonly Problem[], impossible: string) =>
    problems.push(...found.map((problem) => ({ ...problem, test: impossible, testName: name })));

  const faults = [...duplicateFaults(test), ...checkTest(value, attacks)];
  const settings = soundPart(value, faults);
  report(problemsOf(test, faults), name);

  const dataset =
    settings.dataset === undefined
      ? undefined
      : lookUp(test, ['dataset'], 'perturb.datasets', settings.dataset, resolveDataset);
  if (dataset?.problems) report(dataset.problems, name);
  if (dataset?.source?.labels === 'predictions' && settings.expect?.cleanAccuracy !== undefined) {
    report(problemsOf(test, [trivialAccuracy]), name);
  }

  const source = problems.length === 0 ? dataset?.source : undefined;
  const common = source && commonPlan(test, settings as TestSettings, source, attacks);
  for (const [index, modelName] of [settings.model ?? []].flat().entries()) {
    const id = [...(isShared ? [layer.name] : []), modelName, name].join(separator);
    const path = Array.isArray(settings.model) ? ['model', index] : ['model'];
    const model = lookUp(test, path, 'perturb.models', modelName, resolveModel);
    if (model.problems) {
      report(model.problems, id);
    } else if (common) {
      plans.push({ id, model: model.source, ...common });
    }
  }
  return { plans, problems };
}

const trivialAccuracy: Fault = {
  path: ['expect', 'cleanAccuracy'],
  message:
    'The labels of this dataset are the model’s own predictions, so clean accuracy would always be 1. Remove it, or give the dataset labels.',
};

/** What the plans of a test have in common, whichever model it is for. */
function commonPlan(
  test: Definition,
  settings: TestSettings,
  dataset: DatasetSource,
  attacks: Attacks,
): Omit<TestPlan, 'id' | 'model'> {
  const { attack, classes, target, expect } = settings;
  const epsilons = [settings.epsilon ?? []].flat().map(parseAmount);
  const bounds = Object.entries(expect).map(([metric, bound]) => {
    const spread = Array.isArray(bound)
      ? [...bound]
      : Array.from({ length: Math.max(1, epsilons.length) }, () => bound);
    return [metric, spread];
  });
  return {
    name: test.name,
    dataset,
    ...(classes && { classes }),
    attack,
    preset: settings.preset ?? 'quick',
    parameters: { ...settings.parameters },
    norm: settings.norm ?? (attacks.get(attack) as AttackDefinition).norms[0],
    epsilons,
    ...(target !== undefined && { target }),
    expect: Object.fromEntries(bounds),
    quantize: settings.quantize ?? true,
    seed: settings.seed ?? 0,
    origin: { file: test.layer.file, line: test.layer.locate(pathOf(test)).line },
  };
}

type Found<T> =
  | { readonly source: T; readonly problems?: undefined }
  | { readonly source?: undefined; readonly problems: readonly Problem[] };

/** What a name in a test stands for: the nearest definition, in the test's own layer or further out. */
function lookUp<T>(
  test: Definition,
  path: JSONPath,
  setting: SettingKey,
  name: string,
  resolve: (name: string, value: unknown, scope: PathScope) => Resolved<T>,
): Found<T> {
  const layers = [...outward(test.layer)];
  const layer = layers.find(({ values }) => Object.hasOwn(values[setting], name));
  if (!layer) {
    // A file that cannot be read may well define the name: its own problem is enough.
    if (layers.some(({ problems }) => problems.length > 0)) return { problems: [] };
    const known = layers.flatMap(({ values }) => Object.keys(values[setting]));
    const advice = known.length > 0 ? suggest(name, known) : 'Nothing is defined there: add it.';
    return { problems: problemsOf(test, [{ path, message: `There is no "${name}" in "${setting}". ${advice}` }]) };
  }
  const definition = { layer, setting, name, value: layer.values[setting][name] };
  const resolved = resolve(name, definition.value, layer);
  const faults = [...duplicateFaults(definition), ...('faults' in resolved ? resolved.faults : [])];
  return 'source' in resolved && faults.length === 0 ? resolved : { problems: problemsOf(definition, faults) };
}

function* outward(layer: SettingsLayer): Generator<SettingsLayer> {
  yield layer;
  if (layer.outer) yield* outward(layer.outer);
}

/** Keys within a definition, or its own, that stand twice. */
function duplicateFaults(definition: Definition): Fault[] {
  const start = pathOf(definition);
  return definition.layer.duplicates
    .filter((path) => start.every((step, index) => path[index] === step))
    .map((path) => ({
      path: path.slice(start.length),
      message: `"${path.at(-1)}" stands twice, and the first would be ignored. Rename or remove one.`,
    }));
}

function pathOf({ setting, name }: Definition): JSONPath {
  return [setting, name];
}

/** The faults of a definition, with the place where they stand. */
function problemsOf(definition: Definition, faults: readonly Fault[]): Problem[] {
  const { layer } = definition;
  return faults.map(({ path, message }) => {
    const full = [...pathOf(definition), ...path];
    return { file: layer.file, ...layer.locate(full), setting: formatPath(full), message };
  });
}

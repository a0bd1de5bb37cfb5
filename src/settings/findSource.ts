import type { DatasetSource } from '../data/source.ts';
import type { DefensePlan, DetectorPlan, GeneratorPlan, SurrogatePlan } from '../defenses/plan.ts';
import type { ModelSource } from '../models/source.ts';
import { UserError } from '../userError.ts';
import type { SettingKey } from './configuration.ts';
import { type Found, type NamedEntry, type Resolve, resolveDefinition } from './namedEntry.ts';
import { formatProblem } from './problem.ts';
import { resolveDataset, resolveModel } from './resolveSources.ts';
import type { Workspace } from './settingsLayer.ts';
import { suggest } from './suggest.ts';
import { resolveDefense, resolveDetector, resolveGenerator, resolveSurrogate } from './trainingPlans.ts';

/** A model or a dataset, and the definition that it comes from. */
export interface FoundSource<T> {
  readonly source: T;
  readonly definition: NamedEntry;
}

/**
 * The model of this name in a workspace, outside of any test.
 * @throws UserError when there is none, when several folders have one, or when its definition has a mistake.
 */
export function findModel(workspace: Workspace, name: string): FoundSource<ModelSource> {
  return find(workspace, 'perturb.models', name, resolveModel);
}

/** The dataset of this name in a workspace, in the same way. */
export function findDataset(workspace: Workspace, name: string): FoundSource<DatasetSource> {
  return find(workspace, 'perturb.datasets', name, resolveDataset);
}

/** The detector of this name in a workspace, in the same way. */
export function findDetector(workspace: Workspace, name: string): FoundSource<DetectorPlan> {
  return resolveFound(findDefinition(workspace, 'perturb.detectors', name), resolveDetector);
}

/** The training defense of this name in a workspace, in the same way. */
export function findDefense(workspace: Workspace, name: string): FoundSource<DefensePlan> {
  return resolveFound(findDefinition(workspace, 'perturb.defenses', name), resolveDefense);
}

/** The surrogate of this name in a workspace, in the same way. */
export function findSurrogate(workspace: Workspace, name: string): FoundSource<SurrogatePlan> {
  return resolveFound(findDefinition(workspace, 'perturb.surrogates', name), resolveSurrogate);
}

/** The generator of this name in a workspace, in the same way. */
export function findGenerator(workspace: Workspace, name: string): FoundSource<GeneratorPlan> {
  return resolveFound(findDefinition(workspace, 'perturb.generators', name), resolveGenerator);
}

function find<T>(workspace: Workspace, setting: SettingKey, name: string, resolve: Resolve<T>): FoundSource<T> {
  return resolveFound(findDefinition(workspace, setting, name), (definition) => resolveDefinition(definition, resolve));
}

function resolveFound<T>(definition: NamedEntry, resolve: (definition: NamedEntry) => Found<T>): FoundSource<T> {
  const found = resolve(definition);
  if (found.problems) throw new UserError(found.problems.map(formatProblem).join('\n'));
  return { source: found.source, definition };
}

function findDefinition({ layers, problems }: Workspace, setting: SettingKey, name: string): NamedEntry {
  const [layer, other] = layers.filter(({ values }) => Object.hasOwn(values[setting], name));
  if (layer === undefined) {
    // Where a file cannot be read, that is why.
    const reasons = [...problems, ...layers.flatMap((each) => each.problems)].map(formatProblem);
    const known = layers.flatMap(({ values }) => Object.keys(values[setting]));
    const advice = known.length > 0 ? suggest(name, known) : 'Nothing is defined there yet. Add it.';
    throw new UserError([`There is no "${name}" in "${setting}". ${advice}`, ...reasons].join('\n'));
  }
  if (other !== undefined) {
    throw new UserError(
      `"${name}" is defined in both ${layer.file} and ${other.file}. Specify one of their folders instead of the workspace.`,
    );
  }
  return { layer, setting, name, value: layer.values[setting][name] };
}

import { access, readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { nearestName } from '../../data/nearestName.ts';
import { type NamedEntry, problemsOf } from '../namedEntry.ts';
import { type Fault, isObject, type Problem } from '../problem.ts';
import type { Workspace } from '../settingsLayer.ts';
import { resolvePath } from '../variables.ts';
import { entriesOf } from './entriesOf.ts';

/** Where the settings name what has to be there, and what that is. */
const inputs = [
  ['perturb.models', ['path'], 'no model'],
  ['perturb.models', ['labels'], 'no file of class names'],
  ['perturb.models', ['enrolled', 'path'], 'no folder of enrolled images'],
  ['perturb.datasets', ['path'], 'no folder of images'],
  ['perturb.datasets', ['labels'], 'no table of labels'],
] as const;

/** Paths of models and datasets that lead nowhere, with the name beside that was probably meant. */
export async function findMissingFiles(workspace: Workspace): Promise<Problem[]> {
  const found = inputs.flatMap(([setting, keys, what]) =>
    entriesOf(workspace, setting).map(async (entry) => problemsOf(entry, await faultsOf(entry, keys, what))),
  );
  return (await Promise.all(found)).flat();
}

async function faultsOf({ value, layer }: NamedEntry, keys: readonly string[], what: string): Promise<Fault[]> {
  const given = keys.reduce<unknown>((inside, key) => (isObject(inside) ? inside[key] : undefined), value);
  if (typeof given !== 'string' || given === '' || isSource(keys, given)) return [];
  let file: string;
  try {
    file = resolvePath(given, layer);
  } catch {
    // A variable without a value is a mistake of its own.
    return [];
  }
  if (await exists(file)) return [];
  const beside = nearestName(basename(file), await readdir(dirname(file)).catch(() => []));
  const meant = beside === undefined ? [] : [given.replace(/[^/\\]*[/\\]?$/, () => beside)];
  const advice = beside === undefined ? 'Correct the path.' : `Did you mean "${beside}"?`;
  return [{ path: [...keys], message: `There is ${what} at ${file}. ${advice}`, meant }];
}

/** Labels need not come from a file. */
function isSource([key]: readonly string[], given: string): boolean {
  return key === 'labels' && (given === 'folders' || given === 'predictions');
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

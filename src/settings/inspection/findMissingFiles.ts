import { access, readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { nearestName } from '../../data/nearestName.ts';
import { type NamedEntry, problemsOf } from '../namedEntry.ts';
import { type Fault, isObject, type Problem } from '../problem.ts';
import type { Workspace } from '../settingsLayer.ts';
import { resolvePath } from '../variables.ts';
import { entriesOf } from './entriesOf.ts';

/** The keys that name what has to be there, and what that is. */
const inputs = [
  ['perturb.models', 'path', 'no model'],
  ['perturb.models', 'labels', 'no file of class names'],
  ['perturb.datasets', 'path', 'no folder of images'],
  ['perturb.datasets', 'labels', 'no table of labels'],
] as const;

/** Paths of models and datasets that lead nowhere, with the name beside that was probably meant. */
export async function findMissingFiles(workspace: Workspace): Promise<Problem[]> {
  const found = inputs.flatMap(([setting, key, what]) =>
    entriesOf(workspace, setting).map(async (entry) => problemsOf(entry, await faultsOf(entry, key, what))),
  );
  return (await Promise.all(found)).flat();
}

async function faultsOf({ value, layer }: NamedEntry, key: string, what: string): Promise<Fault[]> {
  const given = isObject(value) ? value[key] : undefined;
  if (typeof given !== 'string' || given === '' || isSource(key, given)) return [];
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
  return [{ path: [key], message: `There is ${what} at ${file}. ${advice}`, meant }];
}

/** Labels need not come from a file. */
function isSource(key: string, given: string): boolean {
  return key === 'labels' && (given === 'folders' || given === 'predictions');
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

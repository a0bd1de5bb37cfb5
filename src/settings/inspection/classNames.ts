import { readdir } from 'node:fs/promises';
import { readLabels } from '../../data/readLabels.ts';
import { nobody } from '../../models/verification/templates.ts';
import { isObject } from '../problem.ts';
import { type PathScope, resolvePath } from '../variables.ts';

/** The class names that the labels file of a model states, or its enrolled identities; `undefined` where none can be read. */
export async function classNamesOf(model: unknown, scope: PathScope): Promise<readonly string[] | undefined> {
  if (!isObject(model)) return undefined;
  if (isObject(model.enrolled)) {
    const identities = await classFoldersOf(model.enrolled, scope);
    return identities.length > 0 ? [...identities, nobody] : undefined;
  }
  if (typeof model.labels !== 'string') return undefined;
  try {
    return await readLabels(resolvePath(model.labels, scope));
  } catch {
    // A path that leads nowhere is a mistake of its own, and running the test says what is wrong with the file.
    return undefined;
  }
}

/** The names of a dataset's folders, which are those of its classes unless its labels are elsewhere. */
export async function classFoldersOf(dataset: unknown, scope: PathScope): Promise<readonly string[]> {
  if (!isObject(dataset) || typeof dataset.path !== 'string' || (dataset.labels ?? 'folders') !== 'folders') return [];
  try {
    const entries = await readdir(resolvePath(dataset.path, scope), { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return [];
  }
}

import { resolveDefinition } from '../namedEntry.ts';
import { resolvePlans } from '../plans.ts';
import type { Problem } from '../problem.ts';
import { resolveDataset, resolveModel } from '../resolveSources.ts';
import type { Workspace } from '../settingsLayer.ts';
import { resolveDefensePlans, resolveDetectorPlans } from '../trainingPlans.ts';
import { entriesOf } from './entriesOf.ts';
import { findMissingFiles } from './findMissingFiles.ts';
import { findUnknownClasses } from './findUnknownClasses.ts';

/**
 * Everything that is wrong with the settings of a workspace, each mistake once: also in what no test uses, and what only
 * the disk tells, such as a folder that is missing.
 */
export async function inspectSettings(workspace: Workspace): Promise<Problem[]> {
  const [models, datasets] = [entriesOf(workspace, 'perturb.models'), entriesOf(workspace, 'perturb.datasets')];
  const found = [
    ...[resolvePlans, resolveDetectorPlans, resolveDefensePlans].flatMap((resolve) => resolve(workspace).problems),
    ...models.flatMap((entry) => resolveDefinition(entry, resolveModel).problems ?? []),
    ...datasets.flatMap((entry) => resolveDefinition(entry, resolveDataset).problems ?? []),
    ...(await findMissingFiles(workspace)),
    ...(await findUnknownClasses(workspace)),
  ];
  const distinct = new Map(found.map((each) => [JSON.stringify([each.file, each.path, each.message]), each]));
  return [...distinct.values()];
}

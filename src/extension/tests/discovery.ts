import path from 'node:path';
import type { TestPlan } from '../../evaluation/plan.ts';
import type { Workspace } from '../../settings/settingsLayer.ts';
import type { Root } from '../../settings/tellApart.ts';
import { workspaceFolderOf } from '../../settings/workspaceFolder.ts';
import { places } from '../settings/places.ts';

/** The tests of one place, and the settings that define them. */
export interface FoundRoot extends Root {
  readonly workspace: Workspace;
  /** How many counterexamples are known of each test, by its id; none where they cannot be read, as its runs will say. */
  readonly known: ReadonlyMap<string, number>;
}

/**
 * Reads the tests of all open folders, from the same files that the command line reads. The schemas are loaded here, not
 * at activation.
 */
export async function discover(): Promise<FoundRoot[]> {
  const [{ readWorkspace }, { resolvePlans }, { tellApart }] = await Promise.all([
    import('../../settings/readSettings.ts'),
    import('../../settings/plans.ts'),
    import('../../settings/tellApart.ts'),
  ]);
  const roots: FoundRoot[] = [];
  for (const place of await places()) {
    const workspace = await readWorkspace(place);
    const { plans, problems } = resolvePlans(workspace);
    const folder = workspaceFolderOf(place);
    const known = await countKnown(plans);
    roots.push({ name: path.basename(place, '.code-workspace'), folder, plans, problems, workspace, known });
  }
  return tellApart(roots);
}

async function countKnown(plans: readonly TestPlan[]): Promise<Map<string, number>> {
  const { readCounterexamples } = await import('../../corpus/counterexample.ts');
  const counts = new Map<string, number>();
  for (const folder of new Set(plans.flatMap(({ robustness }) => robustness ?? []))) {
    for (const { test } of await readCounterexamples(folder).catch(() => [])) {
      counts.set(test, (counts.get(test) ?? 0) + 1);
    }
  }
  return counts;
}

import path from 'node:path';
import type { Workspace } from '../../settings/settingsLayer.ts';
import type { Root } from '../../settings/tellApart.ts';
import { places } from '../settings/places.ts';

/** The tests of one place, and the settings that define them. */
export interface FoundRoot extends Root {
  readonly workspace: Workspace;
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
    const folder = place.endsWith('.code-workspace') ? path.dirname(place) : place;
    roots.push({ name: path.basename(place, '.code-workspace'), folder, plans, problems, workspace });
  }
  return tellApart(roots);
}

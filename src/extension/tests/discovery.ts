import { access } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Root } from '../../settings/tellApart.ts';

/**
 * Reads the tests of all open folders, from the same files that the command line reads. The schemas are loaded here, not
 * at activation.
 */
export async function discover(): Promise<Root[]> {
  const [{ readWorkspace }, { resolvePlans }, { tellApart }] = await Promise.all([
    import('../../settings/readSettings.ts'),
    import('../../settings/plans.ts'),
    import('../../settings/tellApart.ts'),
  ]);
  const roots: Root[] = [];
  for (const place of await places()) {
    const { plans, problems } = resolvePlans(await readWorkspace(place));
    const folder = place.endsWith('.code-workspace') ? path.dirname(place) : place;
    roots.push({ name: path.basename(place, '.code-workspace'), folder, plans, problems });
  }
  return tellApart(roots);
}

/** What is read: the workspace file where there is one, which names its folders, else each folder that has settings. */
async function places(): Promise<string[]> {
  const { workspaceFile, workspaceFolders = [] } = vscode.workspace;
  if (workspaceFile?.scheme === 'file') return [workspaceFile.fsPath];
  const folders = workspaceFolders.filter(({ uri }) => uri.scheme === 'file').map(({ uri }) => uri.fsPath);
  const withSettings = await Promise.all(
    folders.map((folder) => exists(path.join(folder, '.vscode', 'settings.json'))),
  );
  return folders.filter((_, index) => withSettings[index]);
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

import path from 'node:path';

/** The folder that a workspace keeps its runs in: itself, or where it is a `.code-workspace` file, the one around it. */
export function workspaceFolderOf(workspace: string): string {
  return workspace.endsWith('.code-workspace') ? path.dirname(workspace) : workspace;
}

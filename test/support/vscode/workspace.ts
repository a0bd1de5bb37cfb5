import { cp, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { repository } from './provision.ts';

/** The folder of the extension under test: this repository, or another one such as an unpacked VSIX. */
export const extensionFolder = path.resolve(process.env.PERTURB_EXTENSION ?? repository);

/** The folder that is opened in VS Code unless a test says otherwise. */
export const workspaceFolder = path.resolve(process.env.PERTURB_WORKSPACE ?? path.join(repository, 'media', 'demo'));

/** A copy of a folder, which tests may change. */
export interface WorkspaceCopy {
  readonly folder: string;
  remove(): Promise<void>;
}

export async function copyWorkspace(from = workspaceFolder): Promise<WorkspaceCopy> {
  const parent = await mkdtemp(path.join(await realpath(tmpdir()), 'perturb-workspace-'));
  // The name of the folder is shown by VS Code, so it is kept.
  const folder = path.join(parent, path.basename(from));
  await mkdir(folder);
  await cp(from, folder, { recursive: true });
  return { folder, remove: () => rm(parent, { recursive: true, force: true, maxRetries: 5 }) };
}

import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../userError.ts';
import { parseJson } from './jsonc.ts';
import { formatPath, isObject, type Problem } from './problem.ts';
import { parseLayer, type SettingsLayer, type Workspace } from './settingsLayer.ts';

/** The text of a file without a byte order mark; `undefined` where there is none. */
export type ReadText = (file: string) => Promise<string | undefined>;

/**
 * Reads the settings of a workspace from disk, as VS Code would.
 * @param path a folder, or a `.code-workspace` file
 * @param readText what reads the files, where an editor may know better than the disk
 */
export async function readWorkspace(path: string, readText: ReadText = readFromDisk): Promise<Workspace> {
  const target = resolve(path);
  if (await isFolder(target)) return readFolder(target, readText);
  const text = await readText(target);
  if (text === undefined)
    throw new UserError(`There is no folder or .code-workspace file at ${target}. Check the path.`);
  if (!target.endsWith('.code-workspace')) {
    throw new UserError(
      `${target} is not a workspace. Specify a folder with .vscode/settings.json or a .code-workspace file.`,
    );
  }
  return readWorkspaceFile(target, text, readText);
}

async function readFolder(folder: string, readText: ReadText): Promise<Workspace> {
  const layer = await readFolderSettings(readText, folder, basename(folder), new Map([[basename(folder), folder]]));
  if (layer) return { layers: [layer], problems: [] };
  throw new UserError(
    `There are no settings in ${folder}. Create ${settingsFile(folder)} with "perturb.models", "perturb.datasets", and "perturb.tests".`,
  );
}

async function readWorkspaceFile(file: string, text: string, readText: ReadText): Promise<Workspace> {
  const home = dirname(file);
  const { folders, problems } = await listFolders(file, text);
  const paths = [...folders.values()];
  const outer = parseLayer(
    text,
    {
      file,
      name: basename(file),
      folder: home,
      // As in VS Code, ${workspaceFolder} is clear as long as there is only one.
      ...(paths.length === 1 && { workspaceFolder: paths[0] }),
      folders,
    },
    ['settings'],
  );
  const layers = [outer];
  for (const [name, folder] of folders) {
    const layer = await readFolderSettings(readText, folder, name, folders, outer);
    if (layer) layers.push(layer);
  }
  return { layers, problems };
}

async function readFolderSettings(
  readText: ReadText,
  folder: string,
  name: string,
  folders: ReadonlyMap<string, string>,
  outer?: SettingsLayer,
): Promise<SettingsLayer | undefined> {
  const file = settingsFile(folder);
  const text = await readText(file);
  if (text === undefined) return undefined;
  return parseLayer(text, { file, name, folder, workspaceFolder: folder, folders, ...(outer && { outer }) });
}

/** The folders of a `.code-workspace` file, by name. A folder that is not there may have had tests, so it is a problem. */
async function listFolders(file: string, text: string) {
  const document = parseJson(text);
  const folders = new Map<string, string>();
  const problems: Problem[] = [];
  // A syntax error is reported where the file's settings are read.
  const entries = document.syntaxError ? [] : document.get(['folders']);
  for (const [index, entry] of (Array.isArray(entries) ? entries : []).entries()) {
    const location = isObject(entry) ? locationOf(entry) : undefined;
    const folder = location === undefined ? undefined : resolve(dirname(file), location);
    if (location === undefined || folder === undefined || !(await isFolder(folder))) {
      const path = ['folders', index];
      const message =
        location === undefined
          ? 'This entry does not refer to a folder on this computer. Add a "path" or remove the entry.'
          : `The folder ${folder} does not exist, so its tests are unknown. Correct the path or remove the entry.`;
      problems.push({ file, ...document.locate(path), setting: formatPath(path), path, message });
      continue;
    }
    const name = typeof entry.name === 'string' ? entry.name : basename(folder);
    folders.set(folders.has(name) ? location : name, folder);
  }
  return { folders, problems };
}

function locationOf({ path, uri }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof path === 'string') return path;
  try {
    return typeof uri === 'string' ? fileURLToPath(uri) : undefined;
  } catch {
    // Not of a file, or of one on another computer.
    return undefined;
  }
}

function settingsFile(folder: string): string {
  return join(folder, '.vscode', 'settings.json');
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

export async function readFromDisk(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UserError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

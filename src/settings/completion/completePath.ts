import { readdir } from 'node:fs/promises';
import { formats } from '../../models/formats.ts';
import { type PathScope, resolvePath } from '../variables.ts';

/** What a path may lead to. */
export type PathKind = 'model' | 'labels' | 'table' | 'folder';

/** A file or folder that a path can go on to. */
export interface PathChoice {
  /** The path as settings state it, with `/` between its steps. */
  readonly path: string;
  readonly isFolder: boolean;
}

const fileNames: Readonly<Record<PathKind, (name: string) => boolean>> = {
  model: (name) => formats.some(({ fileName }) => fileName.test(name)),
  labels: (name) => /\.(txt|json|csv|tsv|names|labels)$/i.test(name),
  table: (name) => /\.(csv|tsv|txt)$/i.test(name),
  folder: () => false,
};

/**
 * What lies in the folder that a path has come to: folders, and files of the wanted kind. Hidden ones are left out, and so
 * are those of packages.
 * @param typed the path so far
 */
export async function completePath(typed: string, kind: PathKind, scope: PathScope): Promise<PathChoice[]> {
  const [start = ''] = /^.*[/\\]/.exec(typed) ?? [];
  try {
    const entries = await readdir(resolvePath(start, scope), { withFileTypes: true });
    return entries
      .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules')
      .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
      .filter(({ name, isFolder }) => isFolder || fileNames[kind](name))
      .map(({ name, isFolder }) => ({ path: `${start.replaceAll('\\', '/')}${name}`, isFolder }));
  } catch {
    return [];
  }
}

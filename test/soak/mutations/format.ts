import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** Files of an input by their names. */
export type Files = Readonly<Record<string, Buffer>>;

/** What is read, and how. */
export interface Format {
  /** Intact inputs; opening each succeeds. */
  intact(): Promise<readonly Files[]>;
  /** The files that are mutated; all others are what they need. */
  readonly mutable?: RegExp;
  /** Opens an input as the product does. */
  open(folder: string): Promise<void>;
}

/** All files of a folder, and of the folders in it, by their paths in it. */
export async function filesIn(folder: string): Promise<Files> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const contents = files.map(async (file) => [path.relative(folder, file), await readFile(file)] as const);
  return Object.fromEntries(await Promise.all(contents));
}

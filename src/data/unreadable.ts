import path from 'node:path';
import { UserError } from '../userError.ts';
import { firstFew } from './firstFew.ts';
import type { DatasetSource } from './source.ts';

/** An image file of a dataset that cannot be used. */
export interface Unreadable {
  readonly file: string;
  /** Its class, if known. */
  readonly label?: string | number | undefined;
  /** A sentence or two for people, naming the file. */
  readonly reason: string;
}

/**
 * Leaves out images if the dataset's settings allow it.
 * @param rest the images that remain: classes with none left are named.
 * @returns what reports should say about it.
 * @throws UserError if the settings do not allow it, which is the default, or if nothing remains.
 */
export function leaveOut(
  { name, path: folder, unreadable }: Pick<DatasetSource, 'name' | 'path' | 'unreadable'>,
  lost: readonly Unreadable[],
  rest: readonly Pick<Unreadable, 'label'>[],
): readonly string[] {
  if (lost.length === 0) return [];
  const files = lost.map(({ file }) => path.relative(folder, file));
  if (unreadable !== 'skip' || rest.length === 0) {
    const reasons = [...new Set(lost.map(({ reason }) => reason))];
    const alternative =
      unreadable === 'skip'
        ? ''
        : ` Or set "unreadable": "skip" in dataset "${name}" to leave out images that cannot be read.`;
    if (lost.length === 1) throw new UserError(`${reasons}${alternative}`);
    throw new UserError(
      `${lost.length} image files of dataset "${name}" cannot be read (${countByExtension(files)}):\n  ` +
        `${firstFew(reasons, '\n  ')}\nConvert, replace or remove them.${alternative}`,
    );
  }
  const remaining = new Set(rest.map(({ label }) => label));
  const emptied = new Set(
    lost.filter(({ label }) => label !== undefined && !remaining.has(label)).map(({ file }) => folderOf(folder, file)),
  );
  return [
    `image files left out because they cannot be read: ${countByExtension(files)}: ${firstFew(files)}`,
    ...(emptied.size > 0 ? [`classes without any image left: ${firstFew([...emptied])}`] : []),
  ];
}

/** "3 .heic, 1 without extension" */
export function countByExtension(files: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const file of files) {
    const extension = path.extname(file).toLowerCase() || 'without extension';
    counts.set(extension, (counts.get(extension) ?? 0) + 1);
  }
  return [...counts].map(([extension, count]) => `${count} ${extension}`).join(', ');
}

function folderOf(folder: string, file: string): string {
  return path.relative(folder, file).split(path.sep)[0] as string;
}

import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { readError } from './fileErrors.ts';
import { hasImageExtension } from './imageFormats.ts';

/**
 * The images in a folder and its sub-folders, by their extensions, in no particular order: paths relative to the
 * folder, with '/' on every system. Hidden files and folders are left out; links are followed, but not in circles.
 *
 * @throws UserError when a folder cannot be read.
 */
export async function listImages(folder: string): Promise<string[]> {
  const images: string[] = [];

  async function walk(relative: string, above: readonly string[]): Promise<void> {
    const absolute = path.join(folder, relative);
    const real = await realpath(absolute);
    if (above.includes(real)) return;
    for (const item of await readdir(absolute, { withFileTypes: true })) {
      if (item.name.startsWith('.')) continue;
      const inside = relative === '' ? item.name : `${relative}/${item.name}`;
      const isFolder = item.isSymbolicLink() ? await leadsToFolder(path.join(folder, inside)) : item.isDirectory();
      if (isFolder) await walk(inside, [...above, real]);
      else if (hasImageExtension(item.name)) images.push(inside);
    }
  }

  await walk('', []).catch((error) => {
    throw readError(error.path ?? folder, error);
  });
  return images;
}

/** A broken link counts as a file, so that reading it says what is wrong. */
async function leadsToFolder(link: string): Promise<boolean> {
  return stat(link).then(
    (target) => target.isDirectory(),
    () => false,
  );
}

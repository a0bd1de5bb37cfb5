import { stat } from 'node:fs/promises';
import path from 'node:path';
import { isInFolder } from './isInFolder.ts';
import { listImages } from './listImages.ts';

/** Finds the images that a table names. */
export interface FileFinder {
  /** Absolute paths (if the folder's is absolute) of the files that a name could mean: none, one, or several. */
  find(name: string): Promise<readonly string[]>;
  /** Where the file with this name should be. */
  expected(name: string): string;
  /** All images of the folder. */
  readonly images: readonly string[];
}

/**
 * Finds images of a folder by their names in a table: a path relative to the folder or to the table, or else the end of
 * an image's path, with or without its extension, in any letter case. A path of another machine, or from above the folder,
 * counts from the folder's own name on. Backslashes count as slashes.
 * @throws UserError when the folder cannot be read.
 */
export async function fileFinder(folder: string, table: string): Promise<FileFinder> {
  const { files } = await listImages(folder);
  const images = files.filter(({ kind }) => kind !== 'other').map((file) => file.path);
  const own = keyOf(path.basename(path.resolve(folder)));
  const byEnd = new Map<string, string[]>();
  for (const image of images) {
    for (const end of endsOf(image)) {
      const found = byEnd.get(end);
      if (found) found.push(path.join(folder, image));
      else byEnd.set(end, [path.join(folder, image)]);
    }
  }

  async function find(name: string): Promise<readonly string[]> {
    const names = [...new Set([name, name.replaceAll('\\', '/')])];
    for (const base of [folder, path.dirname(table)]) {
      for (const each of names) {
        const place = path.resolve(base, each);
        if ((isInFolder(place, folder) || isInFolder(place, base)) && (await isFile(place))) return [place];
      }
    }
    const key = keyOf(path.posix.normalize(names.at(-1) as string));
    const steps = key.split('/');
    const below = steps.flatMap((step, i) => (step === own ? [steps.slice(i + 1).join('/')] : []));
    return [key, ...below].map((each) => byEnd.get(each)).find((found) => found !== undefined) ?? [];
  }

  return {
    find,
    expected: (name) => path.resolve(folder, name),
    images: images.map((image) => path.join(folder, image)),
  };
}

/** "in/a.png" ends with "in/a.png", "a.png", "in/a" and "a". */
function endsOf(image: string): Set<string> {
  const steps = keyOf(image).split('/');
  const ends = steps.map((_, from) => steps.slice(from).join('/'));
  return new Set(ends.flatMap((end) => [end, end.slice(0, end.length - path.extname(end).length)]));
}

function keyOf(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}

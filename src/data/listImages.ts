import { open, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { readError } from './fileErrors.ts';
import { type FileKind, headLength, isSideFolder, kindOf } from './formats/imageFormats.ts';

/** A file in the folder of a dataset. */
export interface FoundFile {
  /** Relative to the folder, with '/' on every system. */
  readonly path: string;
  readonly kind: Exclude<FileKind, 'side'>;
}

/** What is in a folder and its sub-folders. */
export interface Found {
  /** In no particular order. */
  readonly files: readonly FoundFile[];
  /** The names of the folders directly in it. */
  readonly folders: readonly string[];
}

/**
 * Finds the images in a folder and its sub-folders, by their names or, if these do not tell, by their first bytes, and
 * what else is there. Hidden files and folders are left out, as are those usually found next to images; links are
 * followed, but not in circles.
 *
 * @throws UserError when a folder cannot be read.
 */
export async function listImages(folder: string): Promise<Found> {
  const files: FoundFile[] = [];
  const folders: string[] = [];

  async function walk(relative: string, above: readonly string[]): Promise<void> {
    const absolute = path.join(folder, relative);
    const real = await realpath(absolute);
    if (above.includes(real)) return;
    for (const item of await readdir(absolute, { withFileTypes: true })) {
      const inside = relative === '' ? item.name : `${relative}/${item.name}`;
      const isFolder = item.isSymbolicLink() ? await leadsToFolder(path.join(folder, inside)) : item.isDirectory();
      if (isFolder) {
        if (isSideFolder(item.name)) continue;
        if (relative === '') folders.push(item.name);
        await walk(inside, [...above, real]);
      } else {
        const kind = await kindOf(item.name, () => readHead(path.join(folder, inside)));
        if (kind !== 'side') files.push({ path: inside, kind });
      }
    }
  }

  await walk('', []).catch((error) => {
    throw readError(error.path ?? folder, error);
  });
  return { files, folders };
}

/** A broken link counts as a file, so that reading it says what is wrong. */
async function leadsToFolder(link: string): Promise<boolean> {
  return stat(link).then(
    (target) => target.isDirectory(),
    () => false,
  );
}

/** The first bytes of a file; none if it cannot be read or is not a regular file. */
async function readHead(file: string): Promise<Buffer> {
  const isFile = await stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
  const handle = isFile ? await open(file).catch(() => undefined) : undefined;
  if (handle === undefined) return Buffer.alloc(0);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headLength), 0, headLength, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

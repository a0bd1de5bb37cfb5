import { copyFile, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';

/** Copies the files of a folder whose path in it, with slashes, is accepted. */
export async function copyFiles(from: string, to: string, accepts: (file: string) => boolean): Promise<void> {
  for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
    const file = path.relative(from, path.join(entry.parentPath, entry.name));
    if (!entry.isFile() || !accepts(file.split(path.sep).join('/'))) continue;
    await mkdir(path.dirname(path.join(to, file)), { recursive: true });
    await copyFile(path.join(from, file), path.join(to, file));
  }
}

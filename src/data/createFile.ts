import { link, rm, writeFile } from 'node:fs/promises';
import { writeError } from './fileErrors.ts';
import { unfinished } from './replaceFile.ts';

/**
 * Writes a file in one go where there is none: nobody sees half of it, and a process that is killed leaves none.
 * @param aside where it is written first.
 * @returns false where there is one already, which stays as it is.
 * @throws UserError when it cannot be written.
 */
export async function createFile(
  file: string,
  content: string | Uint8Array,
  aside = `${file}${unfinished}`,
): Promise<boolean> {
  try {
    await rm(aside, { force: true });
    await writeFile(aside, content, { flag: 'wx' });
    await link(aside, file).catch((error) => {
      if (error.code === 'EEXIST') throw error;
      return writeDirectly(file, content);
    });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw writeError(file, error);
  } finally {
    await rm(aside, { force: true }).catch(() => {});
  }
}

/** Not every file system has links. What could not be written is not left half. */
async function writeDirectly(file: string, content: string | Uint8Array): Promise<void> {
  await writeFile(file, content, { flag: 'wx' }).catch(async (error) => {
    if (error.code !== 'EEXIST') await rm(file, { force: true });
    throw error;
  });
}

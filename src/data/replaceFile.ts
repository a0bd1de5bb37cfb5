import { rename, rm, writeFile } from 'node:fs/promises';
import { writeError } from './fileErrors.ts';

/** What a file is called until it is whole. */
export const unfinished = '.new';

/**
 * Writes a file in one go: nobody sees half of it, and a full disk or a killed process leaves what was there.
 * @throws UserError when it cannot be written.
 */
export async function replaceFile(
  file: string,
  content: string | Uint8Array | AsyncIterable<string | Uint8Array>,
): Promise<void> {
  const partial = `${file}${unfinished}`;
  try {
    // Anew, not through a link that has the name.
    await rm(partial, { force: true });
    await writeFile(partial, content, { flag: 'wx' });
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => {});
    throw writeError(file, error);
  }
}

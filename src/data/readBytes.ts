import { open, stat } from 'node:fs/promises';
import { UserError } from '../userError.ts';
import { readError } from './fileErrors.ts';
import { checkFileSize } from './memory.ts';

/**
 * The bytes of a file from an untrusted source: not a device, a pipe, or anything else that may be endless, and no more
 * than one file may take.
 * @param most bytes, where files of this kind are small however much memory there is.
 * @throws UserError when it cannot be read, is not a regular file, or is larger.
 */
export async function readBytes(file: string, most = Infinity): Promise<Buffer> {
  try {
    // Checked before opening: opening a pipe waits for a writer.
    if (!isReadable(await stat(file))) {
      throw new UserError(`Cannot read ${file}: it is not a regular file. Copy its contents into one.`);
    }
    const handle = await open(file);
    try {
      const { size } = await handle.stat();
      if (size > most) {
        throw new UserError(
          `Cannot read ${file}: it has ${inMegabytes(size)}, more than the limit of ${inMegabytes(most)}. Use a smaller file.`,
        );
      }
      checkFileSize(`Cannot read ${file}: it has`, size);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw readError(file, error);
  }
}

/** A folder is refused on reading, with a better message. */
function isReadable(found: { isFile(): boolean; isDirectory(): boolean }): boolean {
  return found.isFile() || found.isDirectory();
}

function inMegabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MB`;
}

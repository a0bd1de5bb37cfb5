import { open, stat } from 'node:fs/promises';
import { UserError } from '../userError.ts';
import { readError } from './fileErrors.ts';

/**
 * The bytes of a file that came from anywhere: no device, pipe, or other thing that may have no end, and no more than a
 * limit.
 * @param most bytes.
 * @throws UserError when it cannot be read, is no regular file, or is larger.
 */
export async function readBytes(file: string, most: number): Promise<Buffer> {
  try {
    // Before it is opened: opening a pipe waits for someone to write into it.
    if (!isReadable(await stat(file))) {
      throw new UserError(`Cannot read ${file}: it is not a regular file. Copy what it gives into one.`);
    }
    const handle = await open(file);
    try {
      const { size } = await handle.stat();
      if (size > most) {
        throw new UserError(
          `Cannot read ${file}: it has ${inMegabytes(size)}, and at most ${inMegabytes(most)} are read. Use a smaller file.`,
        );
      }
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw readError(file, error);
  }
}

/** A folder is left to be refused by the one who reads it, whose words are better. */
function isReadable(found: { isFile(): boolean; isDirectory(): boolean }): boolean {
  return found.isFile() || found.isDirectory();
}

function inMegabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MB`;
}

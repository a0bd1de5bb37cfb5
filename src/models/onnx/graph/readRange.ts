import { open } from 'node:fs/promises';
import { readError } from '../../../data/fileErrors.ts';
import { UserError } from '../../../userError.ts';
import type { FileRange } from './graph.ts';

/** The bytes of a part of a file, in memory of their own. @throws UserError when the file cannot be read, or is shorter. */
export async function readRange({ file, offset, length }: FileRange): Promise<Uint8Array> {
  const handle = await open(file).catch((error) => {
    throw readError(file, error);
  });
  try {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
      if (bytesRead === 0) throw new UserError(`${file} is shorter than it says. Export or copy the model again.`);
      done += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}

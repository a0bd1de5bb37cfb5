import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** With the small default chunks, reading takes several times as long. */
const highWaterMark = 4 * 2 ** 20;

/** SHA-256 of the contents of files, one after the other, in hex. */
export async function hashFiles(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    for await (const bytes of createReadStream(file, { highWaterMark })) hash.update(bytes as Buffer);
  }
  return hash.digest('hex');
}

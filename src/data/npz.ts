import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { fromBufferPromise } from 'yauzl';
import { ZipFile } from 'yazl';
import { UserError } from '../userError.ts';
import { checkFileSize } from './memory.ts';
import { decodeNpy, encodeNpy, type NumericArray } from './npy.ts';
import { readBytes } from './readBytes.ts';
import { replaceFile } from './replaceFile.ts';

const suffix = '.npy';

/** Every archive has the same date, so that the same arrays give the same bytes. */
const date = new Date(1980, 0, 1);

/**
 * Writes arrays as a NumPy archive (.npz, not compressed). The file is written completely or not at all.
 * @throws RangeError when the numbers of an array do not fill its shape.
 * @throws UserError when the file cannot be written.
 */
export async function writeNpz(file: string, arrays: Readonly<Record<string, NumericArray>>): Promise<void> {
  const archive = new ZipFile();
  for (const [name, array] of Object.entries(arrays)) {
    archive.addBuffer(encodeNpy(array), `${name}${suffix}`, { compress: false, mtime: date });
  }
  archive.end();
  await replaceFile(file, await buffer(archive.outputStream));
}

/**
 * The arrays of a NumPy archive, by name: float32, int32 or uint8.
 * @throws UserError when the file cannot be read, is damaged, or its arrays take more memory than one file may.
 */
export async function readNpz(file: string): Promise<Record<string, NumericArray>> {
  const bytes = await readBytes(file);
  try {
    return await readArchive(file, bytes);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${file} is damaged, or not a NumPy archive (${(error as Error).message}). Copy or create it again.`,
      { cause: error },
    );
  }
}

async function readArchive(file: string, bytes: Buffer): Promise<Record<string, NumericArray>> {
  const archive = await fromBufferPromise(bytes);
  const arrays: Record<string, NumericArray> = {};
  let unpacked = 0;
  for await (const entry of archive.eachEntry()) {
    unpacked += entry.uncompressedSize;
    checkFileSize(`Cannot read ${file}: its arrays take`, unpacked);
    const content = await buffer(await archive.openReadStreamPromise(entry));
    if (crc32(content) !== entry.crc32) throw new RangeError(`the checksum of ${entry.fileName} is wrong`);
    arrays[entry.fileName.replace(/\.npy$/, '')] = decodeNpy(content);
  }
  return arrays;
}

import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { defaultMemory, inGigabytes, TooLittleMemory } from '../../../data/memory.ts';
import { UserError } from '../../../userError.ts';
import { Decoder } from './decodeModel.ts';
import type { Model } from './graph.ts';

/** What the protobuf format allows. */
const largestFile = 2 ** 31;

/** A model with the files it was read from. */
export interface ReadModel extends Model {
  /** The model's file, then those of its external data. */
  readonly files: readonly string[];
}

/**
 * Reads an ONNX file. Weights stay on disk: constants name their range of the file.
 * @param memory bytes that the weights may take.
 * @throws UserError when the file is damaged, its weights are too large, or external data are missing or too short.
 */
export async function readModel(file: string, memory = defaultMemory()): Promise<ReadModel> {
  const bytes = await readBytes(file);
  try {
    return await parseModel(bytes, file, memory);
  } finally {
    // Most of the file is weights, which stay on disk: their memory should be freed now, not eventually.
    (bytes.buffer as ResizableArrayBuffer).resize(0);
  }
}

/** Part of ES2024, which Node.js has already. */
type ResizableArrayBuffer = ArrayBuffer & { resize(length: number): void };

async function readBytes(file: string): Promise<Uint8Array> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    if (size > largestFile) {
      throw new UserError(
        `${file}: the file has ${inGigabytes(size)}, but ONNX files must be below ${inGigabytes(largestFile)}. Export the model with external data.`,
      );
    }
    const options: object = { maxByteLength: size };
    const bytes = new Uint8Array(
      new (ArrayBuffer as new (size: number, options: object) => ArrayBuffer)(size, options),
    );
    for (let offset = 0; offset < size; ) {
      const { bytesRead } = await handle.read(bytes, offset, size - offset, offset);
      if (bytesRead === 0)
        throw new UserError(`${file}: the file became shorter while it was read. Run the test again.`);
      offset += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}

/** Reads a model from the bytes of a file. @throws UserError as `readModel` does. */
export async function parseModel(bytes: Uint8Array, file: string, memory = defaultMemory()): Promise<ReadModel> {
  const decoder = new Decoder(bytes, file);
  const model = decoder.decode();
  if (decoder.weights > memory) {
    throw new TooLittleMemory(`${file}: its weights take`, decoder.weights, memory);
  }
  const files = [file];
  for (const [external, end] of decoder.external) {
    const size = (await stat(external).catch(() => undefined))?.size;
    if (size === undefined) {
      throw new UserError(
        `${file}: its weights are in ${external}, which does not exist. Put that file next to the model.`,
      );
    }
    if (size < end) {
      throw new UserError(
        `${external}: this file of weights has ${size} bytes, but ${path.basename(file)} needs ${end}. It may be truncated, or belong to another model; export both again.`,
      );
    }
    files.push(external);
  }
  return { ...model, files };
}

import { open } from 'node:fs/promises';
import { readError } from '../../data/fileErrors.ts';
import { defaultMemory, TooLittleMemory } from '../../data/memory.ts';
import { UserError } from '../../userError.ts';
import type { ReadModel } from '../onnx/graph/readModel.ts';
import { readRange } from '../onnx/graph/readRange.ts';
import { lower } from './lowering/lower.ts';
import { metadataOf, parseMetadata } from './metadata.ts';
import { type Program, parseProgram } from './schema.ts';
import { constantOf } from './stored.ts';

/** What offsets in the format can reach; beyond it there are only buffers. */
const largestGraph = 2 ** 31 - 1;

/** A model as it was read. */
export interface ReadTfliteModel extends ReadModel {
  /** What was decided for it, in a few words each. */
  readonly notes: readonly string[];
}

/**
 * Reads a TensorFlow Lite model (.tflite) as an ONNX graph. Long weights in float32 stay on disk.
 * @param memory bytes that the weights may take.
 * @throws UserError when it is damaged, too large, or uses operators that ONNX lacks.
 */
export async function readTfliteModel(file: string, memory = defaultMemory()): Promise<ReadTfliteModel> {
  const { bytes, size } = await beginningOf(file);
  const program = intact(file, () => parseProgram(bytes));
  const stored = [...new Set(program.tensors.flatMap(({ stored }) => (stored ? [stored] : [])))];
  if (stored.some(({ offset, length }) => offset + length > size)) {
    throw damaged(file, new RangeError('it is shorter than it says'));
  }
  const weights = stored.reduce((sum, { length }) => sum + length, 0);
  if (weights > memory) throw new TooLittleMemory(`${file}: its weights take`, weights, memory);
  const { model, notes } = await lower(file, program, (tensor) => constantOf(file, tensor));
  return { ...model, metadata: await described(file, program), files: [file], notes };
}

async function beginningOf(file: string): Promise<{ readonly bytes: Uint8Array; readonly size: number }> {
  const handle = await open(file).catch((error) => {
    throw readError(file, error);
  });
  const { size } = await handle.stat().finally(() => handle.close());
  return { bytes: await readRange({ file, offset: 0, length: Math.min(size, largestGraph) }), size };
}

async function described(file: string, { attachments, tensors, inputs }: Program): Promise<Map<string, string>> {
  const span = attachments.get('TFLITE_METADATA');
  const bytes = span && (await readRange({ file, ...span }));
  const input = tensors[inputs[0] ?? -1];
  return metadataOf(file, bytes ? intact(file, () => parseMetadata(bytes)) : {}, input);
}

/** What a part of a file says. @throws UserError when it does not have the form that it should. */
function intact<T>(file: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw damaged(file, error as Error);
  }
}

function damaged(file: string, error: Error): UserError {
  const reason = error.message.replace(/^Offset is outside.*/, 'it refers to what is beyond its end');
  return new UserError(
    `${file}: this is not an intact TensorFlow Lite model (${reason}). Convert or copy the model again.`,
    { cause: error },
  );
}

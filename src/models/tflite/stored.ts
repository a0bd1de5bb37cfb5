import { UserError } from '../../userError.ts';
import { type Constant, type ElementType, elementCount, floatConstant } from '../onnx/graph/graph.ts';
import { fromBrainFloats, fromHalf } from '../onnx/graph/halves.ts';
import { readRange } from '../onnx/graph/readRange.ts';
import type { TensorInfo, TensorType } from './schema.ts';

/** Bytes of a constant that is kept in memory, where later steps can look at its numbers. */
const inMemory = 64 * 1024;

/** The types that are read, each with the bits of a number, and the type that it has in the graph. */
const readable: Partial<Record<TensorType, readonly [bits: number, type: ElementType]>> = {
  float32: [32, 'float32'],
  float16: [16, 'float32'],
  bfloat16: [16, 'float32'],
  float64: [64, 'float32'],
  int64: [64, 'int64'],
  int32: [32, 'int32'],
  int16: [16, 'int16'],
  int8: [8, 'int8'],
  uint8: [8, 'uint8'],
  int4: [4, 'int8'],
  bool: [8, 'bool'],
};

/** The type of a tensor in the graph; undefined for those that have none, such as complex numbers. */
export function elementTypeOf(type: TensorType): ElementType | undefined {
  return readable[type]?.[1];
}

/**
 * The numbers of a tensor as a constant of the graph. What is float32 and long stays in the file.
 * @throws UserError when they are fewer than its shape says, or of a type that is not supported.
 */
export async function constantOf(file: string, tensor: TensorInfo): Promise<Constant> {
  const { name, type, dims, stored, unreadable } = tensor;
  const [bits, element] = readable[type] ?? [];
  if (bits === undefined || element === undefined || stored === undefined || unreadable !== undefined) {
    const why = unreadable ?? `its numbers are of the type ${type}`;
    throw new UserError(
      `${file}: the tensor "${name}" cannot be read: ${why}. Convert the model with float32, float16, or 8-bit weights.`,
    );
  }
  const count = elementCount(dims);
  const length = Math.ceil((count * bits) / 8);
  if (!Number.isSafeInteger(count) || length > stored.length) {
    throw new UserError(
      `${file}: the tensor "${name}" of shape [${dims.join(', ')}] needs more than the ${stored.length} bytes it has. The file is damaged; convert or copy the model again.`,
    );
  }
  const range = { file, offset: stored.offset, length };
  const isAligned = stored.offset % 4 === 0;
  if (type === 'float32' && length > inMemory && isAligned) return { type: element, dims, data: range };
  const bytes = await readRange(range);
  switch (type) {
    case 'float16':
      return floatConstant(Float32Array.from(new Uint16Array(bytes.buffer), fromHalf), dims);
    case 'bfloat16':
      return floatConstant(fromBrainFloats(new Uint16Array(bytes.buffer)), dims);
    case 'float64':
      return floatConstant(new Float64Array(bytes.buffer), dims);
    case 'int4':
      return { type: element, dims, data: new Uint8Array(unpacked(bytes, count).buffer) };
    default:
      return { type: element, dims, data: bytes };
  }
}

/** Two numbers in each byte, the lower half first. */
function unpacked(bytes: Uint8Array, count: number): Int8Array {
  return Int8Array.from({ length: count }, (_, index) => {
    const byte = bytes[index >> 1] as number;
    return (index % 2 === 0 ? byte << 28 : (byte >> 4) << 28) >> 28;
  });
}

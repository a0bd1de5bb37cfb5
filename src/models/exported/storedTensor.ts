import { UserError } from '../../userError.ts';
import { bytesPerElement, type Constant, type ElementType, elementCount, type FileRange } from '../onnx/graph/graph.ts';
import { fromBrainFloats, fromHalf } from '../onnx/graph/halves.ts';
import { readRange } from '../onnx/graph/readRange.ts';
import { elementType, type TensorMeta } from './program.ts';

/** A tensor in an archive: a view of the numbers of its storage, as `torch.as_strided` makes it. */
export interface StoredTensor extends TensorMeta {
  readonly dims: readonly number[];
  readonly strides: readonly number[];
  /** Where the view begins, in elements. */
  readonly offset: number;
  /** The bytes of the storage. */
  readonly storage: FileRange;
}

/** Bytes of a constant that is kept in memory, where later steps can look at its numbers. */
const inMemory = 64 * 1024;
const mostRepeated = 2 ** 30;

/** Bytes of the types that are not in the graph's. */
const bytesIn = new Map<number, number>([
  [6, 2],
  [8, 8],
  [13, 2],
]);

/**
 * A stored tensor as a constant of the graph. What is float32 and in order stays in the file; 16-bit numbers are widened.
 * @throws UserError when its storage is too small for it, or its numbers are of a type that is not supported.
 */
export async function constantOf(name: string, tensor: StoredTensor): Promise<Constant> {
  const { dims, strides, offset, storage, scalarType } = tensor;
  const type = elementType(tensor, name);
  const size = bytesIn.get(scalarType) ?? bytesPerElement(type as Exclude<ElementType, 'string'>);
  const count = elementCount(dims);
  const last = count === 0 ? -1 : dims.reduce((sum, dim, axis) => sum + (dim - 1) * (strides[axis] as number), offset);
  if (!Number.isSafeInteger(count) || !Number.isSafeInteger(last) || (last + 1) * size > storage.length) {
    throw new UserError(
      `${storage.file}: the weight "${name}" of shape [${dims.join(', ')}] needs more than the ${storage.length} bytes it has. The file is damaged; export or copy the model again.`,
    );
  }
  const from = storage.offset + offset * size;
  const isAsGraph = isDense(dims, strides) && !bytesIn.has(scalarType);
  if (isAsGraph && count * size > inMemory && from % size === 0) {
    return { type, dims, data: { file: storage.file, offset: from, length: count * size } };
  }
  // A view that repeats numbers, as `expand` makes one, may be larger than all memory.
  if (count * size > storage.length && count * size > mostRepeated) {
    throw new UserError(
      `${storage.file}: the weight "${name}" repeats its numbers into ${count * size} bytes. Export the model without such views (\`.contiguous()\`).`,
    );
  }
  const bytes = await readRange(storage);
  const source = numbersIn(bytes, scalarType, type);
  return { type, dims, data: gathered(source, dims, strides, offset) };
}

/** True for numbers in the order of the tensor, without gaps. */
function isDense(dims: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    if (dims[axis] !== 1 && strides[axis] !== step) return false;
    step *= dims[axis] as number;
  }
  return true;
}

type Numbers = Float32Array | Uint8Array | Uint16Array | Uint32Array | BigUint64Array;

/** The numbers of a storage as the graph has them; whole ones only by their width. */
function numbersIn(bytes: Uint8Array, scalarType: number, type: ElementType): Numbers {
  const { buffer, byteOffset, byteLength } = bytes;
  const whole = (width: number) => Math.floor(byteLength / width);
  switch (scalarType) {
    case 6:
      return Float32Array.from(new Uint16Array(buffer, byteOffset, whole(2)), fromHalf);
    case 13:
      return fromBrainFloats(new Uint16Array(buffer, byteOffset, whole(2)));
    case 8:
      return Float32Array.from(new Float64Array(buffer, byteOffset, whole(8)));
    default:
      switch (bytesPerElement(type as Exclude<ElementType, 'string'>)) {
        case 1:
          return bytes;
        case 2:
          return new Uint16Array(buffer, byteOffset, whole(2));
        case 8:
          return new BigUint64Array(buffer, byteOffset, whole(8));
        default:
          return new Uint32Array(buffer, byteOffset, whole(4));
      }
  }
}

/** Copies a view into its own order. */
function gathered(source: Numbers, dims: readonly number[], strides: readonly number[], offset: number): Uint8Array {
  const count = elementCount(dims);
  const result = new (source.constructor as new (length: number) => Numbers)(count);
  const index = dims.map(() => 0);
  let at = offset;
  for (let i = 0; i < count; i++) {
    result[i] = source[at] as never;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      const [dim, stride] = [dims[axis] as number, strides[axis] as number];
      at += stride;
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < dim) break;
      at -= dim * stride;
      index[axis] = 0;
    }
  }
  return new Uint8Array(result.buffer, result.byteOffset, result.byteLength);
}

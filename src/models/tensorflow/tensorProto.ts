import { UserError } from '../../userError.ts';

import { type Constant, type ElementType, elementCount } from '../onnx/graph/graph.ts';
import { fromBrainFloats, fromHalf } from '../onnx/graph/halves.ts';
import type { TensorMessage } from './messages.ts';

/** The types of tensors, by TensorFlow's numbers. Computed is in float32, so that all that has fractions is that. */
const types: ReadonlyMap<number, ElementType> = new Map([
  [1, 'float32'],
  [2, 'float32'],
  [3, 'int32'],
  [4, 'uint8'],
  [5, 'int16'],
  [6, 'int8'],
  [9, 'int64'],
  [10, 'bool'],
  [14, 'float32'],
  [17, 'uint16'],
  [19, 'float32'],
  [22, 'uint32'],
  [23, 'uint64'],
]);

/** Elements that a constant may have that repeats one number. */
const mostRepeated = 2 ** 24;

/** The type in the graph of one of TensorFlow's numbers; undefined for strings, resources, complex numbers, and so on. */
export function elementTypeOf(dataType: number): ElementType | undefined {
  return types.get(dataType);
}

/**
 * A tensor that a graph holds.
 * @param name for messages.
 * @throws UserError when its type is not supported, or it has other numbers than its shape says.
 */
export function constantOf(message: TensorMessage, name: string): Constant {
  const { dtype, tensorShape, tensorContent } = message;
  const dims = (tensorShape?.dim ?? []).map(({ size }) => Number(size));
  if (tensorContent.length > 0) return storedConstant(dtype, dims, tensorContent, name);
  const type = typeOf(dtype, name);
  const count = countOf(dims, name);
  const written = numbersIn(message);
  if ((written.length < count && count > mostRepeated) || written.length > count)
    throw otherNumbers(name, dims, written.length);
  // Whatever is left out at the end is as the last number.
  const last = written.at(-1) ?? 0;
  const numbers = new Float64Array(count).fill(last);
  numbers.set(written);
  return { type, dims, data: packed(type, numbers) };
}

/**
 * A tensor of bytes as TensorFlow stores them: little-endian, densely packed.
 * @param name for messages.
 * @throws UserError when its type is not supported, or it has other numbers than its shape says.
 */
export function storedConstant(dataType: number, dims: readonly number[], bytes: Uint8Array, name: string): Constant {
  const type = typeOf(dataType, name);
  const width = widthOf(dataType);
  const count = countOf(dims, name);
  if (count * width !== bytes.length) throw otherNumbers(name, dims, bytes.length / width);
  // Not slice(): for a Buffer it is a view of the whole memory.
  const own = new Uint8Array(bytes);
  if (dataType === 2) return { type, dims, data: packed(type, new Float64Array(own.buffer)) };
  if (dataType === 19) {
    return { type, dims, data: new Uint8Array(Float32Array.from(new Uint16Array(own.buffer), fromHalf).buffer) };
  }
  if (dataType === 14) return { type, dims, data: new Uint8Array(fromBrainFloats(new Uint16Array(own.buffer)).buffer) };
  return { type, dims, data: own };
}

/** Bytes of a number of a type as it is stored. */
export function widthOf(dataType: number): number {
  switch (dataType) {
    case 2:
    case 9:
    case 23:
      return 8;
    case 4:
    case 6:
    case 10:
      return 1;
    case 5:
    case 14:
    case 17:
    case 19:
      return 2;
    default:
      return 4;
  }
}

/** Numbers as the bytes of a constant. */
export function packed(type: ElementType, numbers: ArrayLike<number>): Uint8Array {
  const of = () => {
    switch (type) {
      case 'float32':
        return Float32Array.from(numbers);
      case 'int64':
        return BigInt64Array.from(Array.from(numbers), (number) => BigInt(Math.trunc(number)));
      case 'uint64':
        return BigUint64Array.from(Array.from(numbers), (number) => BigInt(Math.trunc(number)));
      case 'int32':
        return Int32Array.from(numbers);
      case 'uint32':
        return Uint32Array.from(numbers);
      case 'int16':
        return Int16Array.from(numbers);
      case 'uint16':
        return Uint16Array.from(numbers);
      case 'int8':
        return Int8Array.from(numbers);
      default:
        return Uint8Array.from(numbers);
    }
  };
  return new Uint8Array(of().buffer);
}

function numbersIn({
  dtype,
  floatVal,
  doubleVal,
  intVal,
  int64Val,
  boolVal,
  halfVal,
  uint32Val,
  uint64Val,
}: TensorMessage): readonly number[] {
  switch (dtype) {
    case 1:
      return floatVal;
    case 2:
      return doubleVal;
    case 9:
      return int64Val.map(Number);
    case 10:
      return boolVal.map(Number);
    case 14:
      return Array.from(fromBrainFloats(Uint16Array.from(halfVal)));
    case 19:
      return halfVal.map(fromHalf);
    case 22:
      return uint32Val;
    case 23:
      return uint64Val.map(Number);
    default:
      return intVal;
  }
}

function typeOf(dataType: number, name: string): ElementType {
  const type = elementTypeOf(dataType);
  if (type !== undefined) return type;
  throw new UserError(
    `The tensor "${name}" has a type (${dataType}) that is not supported, such as text or complex numbers. Export the model without it.`,
  );
}

function countOf(dims: readonly number[], name: string): number {
  const count = elementCount(dims);
  if (dims.every((size) => Number.isSafeInteger(size) && size >= 0) && Number.isSafeInteger(count)) return count;
  throw new UserError(`The tensor "${name}" of shape [${dims.join(', ')}] is damaged. Export or copy the model again.`);
}

function otherNumbers(name: string, dims: readonly number[], found: number): UserError {
  return new UserError(
    `The tensor "${name}" of shape [${dims.join(', ')}] has ${found} numbers. The file is damaged; export or copy the model again.`,
  );
}

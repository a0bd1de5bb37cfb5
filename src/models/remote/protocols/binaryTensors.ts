import { UserError } from '../../../userError.ts';

/** Name of the header that says how many bytes of a body are JSON; arrays follow. */
export const jsonLengthHeader = 'inference-header-content-length';

/** A body of JSON and, after it, bytes of arrays (binary tensor data extension of the Open Inference Protocol). */
export function withBinary(json: unknown, arrays: readonly Uint8Array[]) {
  const head = new TextEncoder().encode(JSON.stringify(json));
  const body = new Uint8Array(arrays.reduce((sum, { length }) => sum + length, head.length));
  body.set(head);
  let at = head.length;
  for (const array of arrays) {
    body.set(array, at);
    at += array.length;
  }
  return {
    body,
    headers: { 'content-type': 'application/octet-stream', [jsonLengthHeader]: String(head.length) },
  };
}

/** An output of an answer: flat numbers, or texts. */
export interface Output {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data: readonly unknown[] | ArrayLike<number>;
}

/** An output as JSON has it. */
interface StatedOutput extends Omit<Output, 'data'> {
  readonly data?: unknown;
  readonly parameters?: { readonly binary_data_size?: number };
}

/**
 * The outputs in an answer.
 * @param json the answer's JSON.
 * @param rest the bytes after it; outputs that state a size take theirs from there, in their order.
 * @throws UserError when it has no outputs, or fewer bytes than it states.
 */
export function outputsIn(json: unknown, rest: Uint8Array): Output[] {
  const { outputs } = Object(json) as { outputs?: unknown };
  if (!Array.isArray(outputs) || outputs.length === 0 || !outputs.every(isOutput)) {
    throw new UserError('The answer has no "outputs" with a name, a data type, a shape, and data.');
  }
  let at = 0;
  return outputs.map(({ name, datatype, shape, data, parameters }) => {
    const size = parameters?.binary_data_size;
    if (size === undefined) return { name, datatype, shape, data: flatIn(data) };
    const bytes = rest.subarray(at, at + size);
    if (bytes.length < size) throw new UserError(`The answer ends before the data of its output "${name}" do.`);
    at += size;
    return { name, datatype, shape, data: decoded(bytes, name, datatype) };
  });
}

/** Numbers or texts of a list, which may be nested. */
function flatIn(data: unknown): readonly unknown[] {
  return Array.isArray(data) && !data.some(Array.isArray) ? data : [data].flat(Infinity);
}

function isOutput(value: unknown): value is StatedOutput {
  const { name, datatype, shape, data, parameters } = Object(value) as Partial<StatedOutput>;
  return (
    typeof name === 'string' &&
    typeof datatype === 'string' &&
    Array.isArray(shape) &&
    (Array.isArray(data) || Number.isSafeInteger(parameters?.binary_data_size))
  );
}

type Decode = (view: DataView, at: number) => number;

/** Bytes of one number, and how they are read; all are little-endian. */
const numbers: Readonly<Record<string, readonly [size: number, decode: Decode]>> = {
  BOOL: [1, (view, at) => view.getUint8(at)],
  UINT8: [1, (view, at) => view.getUint8(at)],
  UINT16: [2, (view, at) => view.getUint16(at, true)],
  UINT32: [4, (view, at) => view.getUint32(at, true)],
  UINT64: [8, (view, at) => Number(view.getBigUint64(at, true))],
  INT8: [1, (view, at) => view.getInt8(at)],
  INT16: [2, (view, at) => view.getInt16(at, true)],
  INT32: [4, (view, at) => view.getInt32(at, true)],
  INT64: [8, (view, at) => Number(view.getBigInt64(at, true))],
  FP16: [2, (view, at) => half(view.getUint16(at, true))],
  FP32: [4, (view, at) => view.getFloat32(at, true)],
  FP64: [8, (view, at) => view.getFloat64(at, true)],
};

function decoded(bytes: Uint8Array, name: string, datatype: string): ArrayLike<number> | readonly string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (datatype === 'BYTES') return textsIn(view, name);
  const [size, decode] = numbers[datatype] ?? [];
  if (size === undefined || decode === undefined || bytes.length % size !== 0) {
    throw new UserError(`The output "${name}" has ${bytes.length} bytes of ${datatype}, which cannot be read.`);
  }
  return Float64Array.from({ length: bytes.length / size }, (_, i) => decode(view, i * size));
}

/** Texts, each after its length in four bytes. */
function textsIn(view: DataView, name: string): string[] {
  const texts: string[] = [];
  for (let at = 0; at < view.byteLength; ) {
    const length = at + 4 <= view.byteLength ? view.getUint32(at, true) : Infinity;
    if (at + 4 + length > view.byteLength) throw new UserError(`The texts of the output "${name}" are cut off.`);
    texts.push(new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at + 4, length)));
    at += 4 + length;
  }
  return texts;
}

function half(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, (bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

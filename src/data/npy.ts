/** Numbers of an array with this shape, the last index varying fastest. */
export interface NumericArray {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** NumPy's names of the types that are written and read. */
const types = [
  { name: '<f4', bytes: 4, is: Float32Array },
  { name: '<i4', bytes: 4, is: Int32Array },
  { name: '|u1', bytes: 1, is: Uint8Array },
] as const;

/**
 * An array as the bytes of a .npy file, version 1.0.
 * @throws RangeError when the numbers do not fill the shape.
 */
export function encodeNpy({ shape, data }: NumericArray): Buffer {
  const count = shape.reduce((product, size) => product * size, 1);
  if (data.length !== count) throw new RangeError(`${data.length} values do not fill the shape ${shape.join(' × ')}`);
  const { name, bytes } = types.find(({ is }) => data instanceof is) as (typeof types)[number];
  const values = Buffer.alloc(data.length * bytes);
  for (let i = 0; i < count; i++) {
    const value = data[i] as number;
    if (data instanceof Float32Array) values.writeFloatLE(value, i * bytes);
    else if (data instanceof Int32Array) values.writeInt32LE(value, i * bytes);
    else values[i] = value;
  }
  return Buffer.concat([header(name, shape), values]);
}

/** Magic, version, length of the text, and the text, padded so that the values start at a multiple of 64. */
function header(type: string, shape: readonly number[]): Buffer {
  const prefix = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${tuple}), }`;
  const total = Math.ceil((prefix.length + text.length + 1) / 64) * 64;
  const padded = `${text.padEnd(total - prefix.length - 1)}\n`;
  prefix.writeUInt16LE(padded.length, 8);
  return Buffer.concat([prefix, Buffer.from(padded, 'latin1')]);
}

/**
 * The array in the bytes of a .npy file of float32, int32 or uint8, in C order.
 * @throws RangeError when it is not one, saying why.
 */
export function decodeNpy(bytes: Buffer): NumericArray {
  if (bytes.toString('latin1', 0, 6) !== '\x93NUMPY') throw new RangeError('it is not a NumPy array');
  const long = (bytes[6] ?? 1) > 1;
  const start = long ? 12 : 10;
  if (bytes.length < start) throw new RangeError('it is truncated');
  const end = start + (long ? bytes.readUInt32LE(8) : bytes.readUInt16LE(8));
  const text = bytes.toString('latin1', start, end);
  const [, name] = /'descr':\s*'([^']+)'/.exec(text) ?? [];
  const [, tuple] = /'shape':\s*\(([\d,\s]*)\)/.exec(text) ?? [];
  const type = types.find((known) => known.name === name);
  if (tuple === undefined || name === undefined) throw new RangeError('its header is damaged');
  if (type === undefined || !/'fortran_order':\s*False/.test(text)) {
    throw new RangeError(`it holds ${name}; only float32, int32 and uint8 in C order are supported`);
  }
  const shape = (tuple.match(/\d+/g) ?? []).map(Number);
  const count = shape.reduce((product, size) => product * size, 1);
  if (bytes.length - end !== count * type.bytes) throw new RangeError('it is truncated, or too long for its shape');
  const at = (i: number) => end + i * type.bytes;
  const fill: Record<string, () => NumericArray['data']> = {
    '<f4': () => Float32Array.from({ length: count }, (_, i) => bytes.readFloatLE(at(i))),
    '<i4': () => Int32Array.from({ length: count }, (_, i) => bytes.readInt32LE(at(i))),
    '|u1': () => Uint8Array.from(bytes.subarray(end)),
  };
  return { shape, data: (fill[type.name] as () => NumericArray['data'])() };
}

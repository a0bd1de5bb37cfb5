/**
 * Unpacks a block in Snappy's format (https://github.com/google/snappy/blob/main/format_description.txt).
 * @param most bytes that it may unpack to.
 * @throws RangeError when it is damaged, or larger.
 */
export function unpackSnappy(packed: Uint8Array, most: number): Uint8Array {
  let at = 0;
  const byte = () => {
    const value = packed[at++];
    if (value === undefined) throw new RangeError('a packed block ends too early');
    return value;
  };
  const number = (bytes: number) => {
    let value = 0;
    for (let i = 0; i < bytes; i++) value += byte() * 2 ** (8 * i);
    return value;
  };
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    const next = byte();
    size += (next & 0x7f) * 2 ** shift;
    if (next < 0x80) break;
    if (shift > 28) throw new RangeError('a packed block says no size');
  }
  if (size > most) throw new RangeError('a packed block is too large');
  const result = new Uint8Array(size);
  let done = 0;
  while (at < packed.length) {
    const tag = byte();
    const kind = tag & 3;
    let length: number;
    let back: number;
    if (kind === 0) {
      const short = tag >> 2;
      length = (short < 60 ? short : number(short - 59)) + 1;
      if (at + length > packed.length || done + length > size) throw new RangeError('a packed block is damaged');
      result.set(packed.subarray(at, at + length), done);
      at += length;
      done += length;
      continue;
    }
    if (kind === 1) {
      length = ((tag >> 2) & 7) + 4;
      back = (tag >> 5) * 256 + byte();
    } else {
      length = (tag >> 2) + 1;
      back = number(kind === 2 ? 2 : 4);
    }
    if (back === 0 || back > done || done + length > size) throw new RangeError('a packed block is damaged');
    // One by one: what is copied may overlap what is written.
    for (let i = 0; i < length; i++, done++) result[done] = result[done - back] as number;
  }
  if (done !== size) throw new RangeError('a packed block ends too early');
  return result;
}

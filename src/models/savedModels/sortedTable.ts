import { maskedChecksum } from './checksum.ts';
import { unpackSnappy } from './snappy.ts';

/** Bytes of what ends a table, and of what ends each block. */
const footerBytes = 48;
const trailerBytes = 5;
const magic = 0xdb4775248b80fb57n;
/** Blocks have some kilobytes. */
const largestBlock = 2 ** 26;

/**
 * The entries of a table of LevelDB (https://github.com/google/leveldb/blob/main/doc/table_format.md), in which TensorFlow
 * keeps the index of a checkpoint.
 * @throws RangeError when it is damaged.
 */
export function entriesOf(table: Buffer): Map<string, Buffer> {
  if (table.length < footerBytes) throw new RangeError('it is too short');
  const footer = new Cursor(table.subarray(-footerBytes));
  if (table.readBigUInt64LE(table.length - 8) !== magic) throw new RangeError('it does not end as a table');
  footer.number();
  footer.number();
  const index = blockAt(table, footer.number(), footer.number());
  const entries = new Map<string, Buffer>();
  for (const [, handle] of entriesIn(index)) {
    const cursor = new Cursor(handle);
    for (const [key, value] of entriesIn(blockAt(table, cursor.number(), cursor.number()))) entries.set(key, value);
  }
  return entries;
}

function blockAt(table: Buffer, offset: number, size: number): Buffer {
  const end = offset + size;
  if (end + trailerBytes > table.length - footerBytes) throw new RangeError('a block is outside of it');
  const [block, kind] = [table.subarray(offset, end), table.subarray(end, end + 1)];
  if (maskedChecksum(block, kind) !== table.readUInt32LE(end + 1))
    throw new RangeError('the checksum of a block is wrong');
  switch (kind[0]) {
    case 0:
      return block;
    case 1:
      return Buffer.from(unpackSnappy(block, largestBlock));
    default:
      throw new RangeError(`a block is packed in an unknown way (${kind[0]})`);
  }
}

/** The entries of a block. Each key says how much of the one before it begins with. */
function* entriesIn(block: Buffer): Generator<readonly [key: string, value: Buffer]> {
  if (block.length < 4) throw new RangeError('a block is too short');
  const end = block.length - 4 * (1 + block.readUInt32LE(block.length - 4));
  if (end < 0) throw new RangeError('a block is damaged');
  const cursor = new Cursor(block.subarray(0, end));
  let key = Buffer.alloc(0);
  while (!cursor.isAtEnd) {
    const [shared, added, size] = [cursor.number(), cursor.number(), cursor.number()];
    if (shared > key.length) throw new RangeError('a key is damaged');
    key = Buffer.concat([key.subarray(0, shared), cursor.take(added)]);
    yield [key.toString('utf8'), cursor.take(size)];
  }
}

/** Reads numbers and bytes one after the other. */
class Cursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** A whole number in seven bits a byte. */
  number(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined || factor > 2 ** 49) throw new RangeError('a number is damaged');
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  take(count: number): Buffer {
    const end = this.#at + count;
    if (end > this.#bytes.length) throw new RangeError('an entry is too long');
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }
}

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { maskedChecksum } from '../../../../src/models/savedModels/checksum.ts';
import { unpackSnappy } from '../../../../src/models/savedModels/snappy.ts';
import { entriesOf } from '../../../../src/models/savedModels/sortedTable.ts';

/** A whole number in seven bits a byte. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push(rest < 128 ? rest : (rest % 128) + 128);
    if (rest < 128) return Buffer.from(bytes);
  }
}

/** A block of a table, with the beginning of each key left out that it shares with the one before. */
function blockOf(entries: readonly (readonly [string, Buffer])[]): Buffer {
  let before = Buffer.alloc(0);
  const written = entries.map(([key, value]) => {
    const bytes = Buffer.from(key);
    let shared = 0;
    while (shared < Math.min(before.length, bytes.length) && before[shared] === bytes[shared]) shared++;
    before = bytes;
    const own = bytes.subarray(shared);
    return Buffer.concat([varint(shared), varint(own.length), varint(value.length), own, value]);
  });
  // One restart, at 0.
  return Buffer.concat([...written, Buffer.from([0, 0, 0, 0, 1, 0, 0, 0])]);
}

/** Bytes in Snappy's format, all as literals. */
function packed(block: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(block.length - 1);
  return Buffer.concat([varint(block.length), Buffer.from([63 << 2]), length, block]);
}

function tableOf(blocks: readonly (readonly (readonly [string, Buffer])[])[], isPacked: boolean): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  const add = (block: Buffer) => {
    const content = isPacked ? packed(block) : block;
    const kind = Buffer.from([isPacked ? 1 : 0]);
    const checksum = Buffer.alloc(4);
    checksum.writeUInt32LE(maskedChecksum(content, kind));
    parts.push(content, kind, checksum);
    const handle = Buffer.concat([varint(at), varint(content.length)]);
    at += content.length + 5;
    return handle;
  };
  const handles = blocks.map((entries) => [entries.at(-1)?.[0] ?? '', add(blockOf(entries))] as const);
  const index = add(blockOf(handles));
  const footer = Buffer.alloc(48);
  Buffer.concat([varint(0), varint(0), index]).copy(footer);
  footer.writeBigUInt64LE(0xdb4775248b80fb57n, 40);
  return Buffer.concat([...parts, footer]);
}

describe('tables of LevelDB', () => {
  const entry = fc.tuple(
    fc.string({ maxLength: 12 }),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  );
  const table = fc.tuple(fc.array(fc.array(entry, { minLength: 1, maxLength: 6 }), { maxLength: 4 }), fc.boolean());

  it('give all entries of all blocks, packed or not', () => {
    fc.assert(
      fc.property(table, ([blocks, isPacked]) => {
        assert.deepEqual(entriesOf(tableOf(blocks, isPacked)), new Map(blocks.flat()));
      }),
    );
  });

  it('are refused where a byte of a block is another, or the end is missing', () => {
    fc.assert(
      fc.property(table, fc.nat(), fc.integer({ min: 1, max: 255 }), ([blocks, isPacked], where, change) => {
        const bytes = tableOf(blocks, isPacked);
        const at = where % (bytes.length - 48);
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] as number) ^ change;
        // A block that nothing refers to does not count: every block here is referred to.
        assert.throws(() => entriesOf(damaged), RangeError);
        assert.throws(() => entriesOf(bytes.subarray(0, at)), RangeError);
      }),
    );
  });
});

describe('Snappy', () => {
  it('copies what came before, also where both overlap', () => {
    // "ab", then 6 from 2 back, then 4 from 1 back with a long offset, then 5 from 3 back with a longer one.
    const bytes = Uint8Array.of(
      17,
      (2 - 1) << 2,
      97,
      98,
      ((6 - 4) << 2) | 1,
      2,
      ((4 - 1) << 2) | 2,
      1,
      0,
      ((5 - 1) << 2) | 3,
      3,
      0,
      0,
      0,
    );
    assert.equal(Buffer.from(unpackSnappy(bytes, 100)).toString(), 'ababababbbbbbbbbb');
  });

  it('refuses what unpacks to more than it may, or refers to what is not there', () => {
    assert.throws(() => unpackSnappy(Uint8Array.of(17, 0, 97), 16), /too large/);
    assert.throws(() => unpackSnappy(Uint8Array.of(5, 0, 97, 1, 2), 100), /damaged/);
    assert.throws(() => unpackSnappy(Uint8Array.of(5, 0, 97), 100), /too early/);
    assert.throws(() => unpackSnappy(Uint8Array.of(2, 3 << 2, 97), 100), /damaged/);
    assert.throws(() => unpackSnappy(Uint8Array.of(255, 255, 255, 255, 255, 255, 1), 100), /no size/);
  });
});

describe('CRC-32C', () => {
  it('is that of RFC 3720, masked', () => {
    // Of 32 zeros: 0x8a9136aa.
    const mask = (sum: number) => (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
    assert.equal(maskedChecksum(new Uint8Array(32)), mask(0x8a9136aa));
    assert.equal(maskedChecksum(Buffer.from('1234'), Buffer.from('56789')), mask(0xe3069283));
  });
});

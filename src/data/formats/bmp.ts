import type { Decoded } from './decoded.ts';
import { checkImageSize, Undecodable } from './undecodable.ts';

/** Values of the field "compression". */
const [uncompressed, runLength8, runLength4, bitFields, alphaBitFields] = [0, 1, 2, 3, 6];

const coreHeaderSize = 12;
const fileHeaderSize = 14;

interface Header {
  readonly size: number;
  readonly width: number;
  readonly height: number;
  /** The first row of the file is the top one. */
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: number;
  /** Where the pixels begin. */
  readonly offset: number;
  /** How many colors the palette has; 0 where it is full. */
  readonly colors: number;
}

/**
 * Decodes a BMP file of Windows or OS/2: palettes of 1, 2, 4 or 8 bits, plain or run-length encoded, and 16, 24 or 32
 * bits with default or explicit masks, bottom-up or top-down.
 * @throws Undecodable when the file is truncated, or of a kind that nobody uses.
 */
export function decodeBmp(bytes: Buffer): Decoded {
  try {
    const header = readHeader(bytes);
    return header.bits <= 8 ? withPalette(bytes, header) : withMasks(bytes, header);
  } catch (error) {
    // Reading beyond the end of a buffer.
    if (error instanceof RangeError) throw new Undecodable('it is truncated', undefined, { cause: error });
    throw error;
  }
}

function readHeader(bytes: Buffer): Header {
  const offset = bytes.readUInt32LE(10);
  const size = bytes.readUInt32LE(14);
  if (size === coreHeaderSize) {
    const [width, height, bits] = [bytes.readUInt16LE(18), bytes.readUInt16LE(20), bytes.readUInt16LE(24)];
    checkImageSize(width, height);
    return { size, width, height, topDown: false, bits, compression: uncompressed, offset, colors: 0 };
  }
  const [width, signedHeight] = [bytes.readInt32LE(18), bytes.readInt32LE(22)];
  const height = Math.abs(signedHeight);
  checkImageSize(width, height);
  return {
    ...{ size, width, height, topDown: signedHeight < 0, offset },
    bits: bytes.readUInt16LE(28),
    compression: bytes.readUInt32LE(30),
    colors: bytes.readUInt32LE(46),
  };
}

function withPalette(bytes: Buffer, header: Header): Decoded {
  const { width, height, topDown } = header;
  const palette = readPalette(bytes, header);
  const indices = readIndices(bytes, header);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const row = (topDown ? y : height - 1 - y) * width;
    for (let x = 0; x < width; x++) {
      const color = (indices[row + x] as number) * 3;
      // An index beyond the palette is black.
      for (let channel = 0; channel < 3; channel++) data[(y * width + x) * 3 + channel] = palette[color + channel] ?? 0;
    }
  }
  const isGray = palette.every((value, i) => value === palette[i - (i % 3)]);
  return { data, width, height, channels: 3, colors: isGray ? 'gray' : 'rgb', notes: [] };
}

/** Red, green and blue of each color. */
function readPalette(bytes: Buffer, { size, bits, offset, colors }: Header): Uint8Array {
  const entry = size === coreHeaderSize ? 3 : 4;
  const start = fileHeaderSize + size;
  const stated = colors === 0 ? 2 ** bits : Math.min(colors, 2 ** bits);
  const count = Math.min(stated, Math.floor((offset - start) / entry));
  const palette = new Uint8Array(Math.max(0, count) * 3);
  for (let i = 0; i < count; i++) {
    for (let channel = 0; channel < 3; channel++)
      palette[i * 3 + channel] = bytes.readUInt8(start + i * entry + 2 - channel);
  }
  return palette;
}

/** The palette's index of each pixel, in the order of the file's rows. */
function readIndices(bytes: Buffer, header: Header): Uint8Array {
  const { width, height, bits, compression, offset } = header;
  if (compression === runLength8 && bits === 8) return runLengths(bytes, header, (byte) => [byte, byte]);
  if (compression === runLength4 && bits === 4) return runLengths(bytes, header, (byte) => [byte >> 4, byte & 15]);
  if (compression !== uncompressed || ![1, 2, 4, 8].includes(bits)) throw unknownKind(header);
  const indices = new Uint8Array(width * height);
  const stride = strideOf(header);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const bit = x * bits;
      const byte = bytes.readUInt8(offset + y * stride + (bit >> 3));
      indices[y * width + x] = (byte >> (8 - bits - (bit & 7))) & (2 ** bits - 1);
    }
  }
  return indices;
}

/** Run-length encoded pixels; skipped ones have index 0. */
function runLengths(bytes: Buffer, header: Header, pair: (byte: number) => readonly number[]): Uint8Array {
  const { width, height, bits, offset } = header;
  const indices = new Uint8Array(width * height);
  let [x, y, at] = [0, 0, offset];
  const put = (index: number) => {
    if (x < width && y < height) indices[y * width + x] = index;
    x++;
  };
  // If the data end with the last row, no end marker is needed.
  while (y < height && (at < bytes.length || y < height - 1 || x < width)) {
    const [count, value] = [bytes.readUInt8(at), bytes.readUInt8(at + 1)];
    at += 2;
    if (count > 0) {
      const values = pair(value);
      for (let i = 0; i < count; i++) put(values[i % 2] as number);
    } else if (value === 0) {
      [x, y] = [0, y + 1];
    } else if (value === 1) {
      break;
    } else if (value === 2) {
      x += bytes.readUInt8(at);
      y += bytes.readUInt8(at + 1);
      at += 2;
    } else {
      for (let i = 0; i < value; i++) {
        const byte = bytes.readUInt8(at + ((i * bits) >> 3));
        put(pair(byte)[i % 2] as number);
      }
      // Runs of literal pixels are padded to a multiple of 16 bits.
      at += 2 * Math.ceil((value * bits) / 16);
    }
  }
  return indices;
}

/** One channel in the bits of a pixel. */
interface Mask {
  readonly shift: number;
  readonly highest: number;
}

function withMasks(bytes: Buffer, header: Header): Decoded {
  const { width, height, topDown, bits, offset } = header;
  const masks = readMasks(bytes, header).map(toMask);
  const channels = masks.length as 3 | 4;
  const data = new Uint8Array(width * height * channels);
  const stride = strideOf(header);
  const step = bits / 8;
  for (let y = 0; y < height; y++) {
    const row = offset + (topDown ? y : height - 1 - y) * stride;
    for (let x = 0; x < width; x++) {
      const pixel = bytes.readUIntLE(row + x * step, step);
      for (const [channel, { shift, highest }] of masks.entries()) {
        const value = highest === 0 ? 0 : Math.floor((((pixel >>> shift) & highest) * 255) / highest);
        data[(y * width + x) * channels + channel] = value;
      }
    }
  }
  return { data, width, height, channels, colors: 'rgb', notes: [] };
}

/** Masks of red, green, blue, and alpha if the file has it. */
function readMasks(bytes: Buffer, header: Header): number[] {
  const { size, bits, compression } = header;
  if (compression === uncompressed) {
    if (bits === 16) return [0x7c00, 0x3e0, 0x1f];
    // The fourth byte of 32 bits is unused.
    if (bits === 24 || bits === 32) return [0xff0000, 0xff00, 0xff];
  }
  const isStated = compression === bitFields || compression === alphaBitFields;
  if (!isStated || (bits !== 16 && bits !== 32)) throw unknownKind(header);
  const [red, green, blue] = [54, 58, 62].map((at) => bytes.readUInt32LE(at)) as [number, number, number];
  const alpha = size >= 56 || compression === alphaBitFields ? bytes.readUInt32LE(66) : 0;
  return alpha === 0 ? [red, green, blue] : [red, green, blue, alpha];
}

function toMask(mask: number): Mask {
  const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
  return { shift, highest: mask >>> shift };
}

/** Rows are padded to a multiple of 32 bits. */
function strideOf({ width, bits }: Header): number {
  return 4 * Math.ceil((width * bits) / 32);
}

function unknownKind({ bits, compression }: Header): Undecodable {
  return new Undecodable(
    `it is a BMP with ${bits} bits per pixel and compression ${compression}, which is not supported`,
  );
}

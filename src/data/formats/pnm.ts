import { type Decoded, reducedDepth } from './decoded.ts';
import { checkImageSize, Undecodable } from './undecodable.ts';

/** The kinds of PNM, by the digit after the "P": plain ones are text. */
const kinds = {
  1: { channels: 1, isBitmap: true, isPlain: true },
  2: { channels: 1, isBitmap: false, isPlain: true },
  3: { channels: 3, isBitmap: false, isPlain: true },
  4: { channels: 1, isBitmap: true, isPlain: false },
  5: { channels: 1, isBitmap: false, isPlain: false },
  6: { channels: 3, isBitmap: false, isPlain: false },
} as const;

/** Reads through the text of a header, or of plain samples. */
class Reader {
  readonly bytes: Buffer;
  at = 2;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** The next decimal number, after white space and comments. */
  number(): number {
    this.#skip();
    const start = this.at;
    while (isDigit(this.bytes[this.at])) this.at++;
    if (this.at === start) throw this.#fault();
    return Number(this.bytes.toString('latin1', start, this.at));
  }

  /** The next digit: bits need no space between them. */
  bit(): number {
    this.#skip();
    const byte = this.bytes[this.at++];
    if (byte !== 0x30 && byte !== 0x31) throw this.#fault();
    return byte - 0x30;
  }

  #fault(): Undecodable {
    return new Undecodable(this.at >= this.bytes.length ? 'it is truncated' : 'its numbers are damaged');
  }

  #skip(): void {
    for (; this.at < this.bytes.length; this.at++) {
      const byte = this.bytes[this.at] as number;
      if (byte === 0x23) while (this.at + 1 < this.bytes.length && !isLineEnd(this.bytes[this.at + 1])) this.at++;
      else if (byte !== 0x20 && (byte < 9 || byte > 13)) return;
    }
  }
}

/**
 * Decodes the first image of a PBM, PGM or PPM file, plain or binary, of up to 16 bits: a sample is a fraction of the
 * stated maximum, rounded to 8 bits as in Pillow.
 * @throws Undecodable when the file is truncated or damaged.
 */
export function decodePnm(bytes: Buffer): Decoded {
  const { channels, isBitmap, isPlain } = kinds[((bytes[1] as number) - 0x30) as keyof typeof kinds];
  const reader = new Reader(bytes);
  const [width, height] = [reader.number(), reader.number()];
  const highest = isBitmap ? 1 : reader.number();
  checkImageSize(width, height);
  if (highest < 1 || highest > 65535) throw new Undecodable(`its header states a maximum of ${highest}`);
  const count = width * height * channels;
  const samples = isPlain
    ? plainSamples(reader, count, isBitmap)
    : binarySamples(bytes.subarray(reader.at + 1), { count, width, highest, isBitmap });
  const levels = Uint8Array.from({ length: highest + 1 }, (_, value) => roundHalfToEven((value / highest) * 255));
  // In bitmaps 1 is black. Samples beyond the maximum count as the maximum.
  const levelOf = (sample: number) => levels[isBitmap ? 1 - sample : Math.min(sample, highest)] as number;
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) data[i] = levelOf(samples[channels === 3 ? i : Math.floor(i / 3)] as number);
  return {
    ...{ data, width, height, channels: 3 },
    colors: channels === 1 ? 'gray' : 'rgb',
    notes: highest > 255 ? [reducedDepth] : [],
  };
}

function plainSamples(reader: Reader, count: number, isBitmap: boolean): Uint16Array {
  // Every sample takes at least a byte: a file must not make us allocate more memory than it has samples.
  if (count > reader.bytes.length) throw new Undecodable('it is truncated');
  return Uint16Array.from({ length: count }, () => Math.min(65535, isBitmap ? reader.bit() : reader.number()));
}

function binarySamples(
  bytes: Buffer,
  { count, width, highest, isBitmap }: { count: number; width: number; highest: number; isBitmap: boolean },
): ArrayLike<number> {
  const stride = Math.ceil(width / 8);
  const wide = highest > 255;
  const length = isBitmap ? (count / width) * stride : count * (wide ? 2 : 1);
  if (bytes.length < length) throw new Undecodable('it is truncated');
  if (isBitmap) {
    return Uint8Array.from({ length: count }, (_, i) => {
      const x = i % width;
      return ((bytes[Math.floor(i / width) * stride + (x >> 3)] as number) >> (7 - (x & 7))) & 1;
    });
  }
  return wide ? Uint16Array.from({ length: count }, (_, i) => bytes.readUInt16BE(2 * i)) : bytes;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === 10 || byte === 13;
}

function roundHalfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

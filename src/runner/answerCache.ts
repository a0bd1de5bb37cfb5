import type { Answer } from '../attacks/dialogue.ts';
import type { Pixels } from '../data/image.ts';

/** Answers about one image may take so much memory: many images are attacked at once. */
const mostBytes = 4 * 2 ** 20;
/** What an answer takes besides its logits, roughly. */
const overhead = 256;

/** What a victim has answered in the attack on one image, so that nothing is asked twice. Forgets the oldest answers. */
export class AnswerCache {
  readonly #answers = new Map<string, Answer>();
  #bytes = 0;

  /** @param key of the point, see `keyOf` */
  get(key: string): Answer | undefined {
    return this.#answers.get(key);
  }

  set(key: string, answer: Answer): void {
    this.#answers.set(key, answer);
    this.#bytes += sizeOf(answer);
    for (const [key, oldest] of this.#answers) {
      if (this.#bytes <= mostBytes) return;
      this.#answers.delete(key);
      this.#bytes -= sizeOf(oldest);
    }
  }
}

/**
 * The same for the same values alone: 128 bits in four lanes, each of which differs where one value does, with the
 * multipliers and the rotations of MurmurHash3 (Appleby 2011). It is taken of every point that is asked about, and a
 * cryptographic hash of points as small as these costs more than an attack.
 */
export function keyOf({ buffer, byteOffset, length }: Pixels): string {
  const words = new Int32Array(buffer, byteOffset, length);
  let [a, b, c, d] = [length, length, length, length];
  for (let i = 0; i < length; i++) {
    const word = words[i] as number;
    a = Math.imul(a ^ word, 0x239b961b);
    a = (a << 19) | (a >>> 13);
    b = Math.imul(b ^ word, 0xab0e9789);
    b = (b << 17) | (b >>> 15);
    c = Math.imul(c ^ word, 0x38b34ae5);
    c = (c << 15) | (c >>> 17);
    d = Math.imul(d ^ word, 0xa1e38b93);
    d = (d << 13) | (d >>> 19);
  }
  return String.fromCharCode(a >>> 16, a & 0xffff, b >>> 16, b & 0xffff, c >>> 16, c & 0xffff, d >>> 16, d & 0xffff);
}

function sizeOf({ logits }: Answer): number {
  return overhead + (logits?.byteLength ?? 0);
}

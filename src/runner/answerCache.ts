import { createHash } from 'node:crypto';
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

/** The same for the same values alone. */
export function keyOf({ buffer, byteOffset, byteLength }: Pixels): string {
  return createHash('sha1')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('base64');
}

function sizeOf({ logits }: Answer): number {
  return overhead + (logits?.byteLength ?? 0);
}

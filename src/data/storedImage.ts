import { UserError } from '../userError.ts';
import { levelsOf, pixelsAt } from './grid.ts';
import type { Pixels } from './image.ts';
import type { LabeledImage } from './loadExamples.ts';

/** Bytes of gray levels that are kept of all images of a test, unless told otherwise. */
const usuallyKept = 16e6;

/** An image of a test. Its pixels are there when they are needed, so that memory does not grow with their number. */
export interface StoredImage extends Omit<LabeledImage, 'pixels'> {
  /** @throws UserError when its file cannot be read any more, or has changed. */
  load(): Promise<Pixels>;
}

/** An image that stays in memory. */
export function inMemory({ pixels, ...rest }: LabeledImage): StoredImage {
  return { ...rest, load: async () => pixels };
}

/** Keeps the images of a test that were used last, as gray levels, and reads others again. */
export class ImageStore {
  readonly #levels = new Map<string, Uint8Array>();
  readonly #read: (file: string) => Promise<LabeledImage>;
  readonly #kept: number;
  #bytes = 0;

  /**
   * @param read reads an image as it was read the first time.
   * @param kept bytes of gray levels to keep, one a value.
   */
  constructor(read: (file: string) => Promise<LabeledImage>, kept = usuallyKept) {
    this.#read = read;
    this.#kept = kept;
  }

  /** Takes an image over, whose pixels lie on the 8-bit grid. */
  store({ pixels, ...rest }: LabeledImage): StoredImage {
    this.#keep(rest.file, pixels);
    return { ...rest, load: () => this.#load(rest) };
  }

  async #load({ file, sha256 }: Omit<LabeledImage, 'pixels'>): Promise<Pixels> {
    const levels = this.#levels.get(file);
    if (levels) return pixelsAt(levels);
    const again = await this.#read(file);
    if (again.sha256 !== sha256) {
      throw new UserError(`${file} was changed while it was being tested. Run the test again.`);
    }
    this.#keep(file, again.pixels);
    return again.pixels;
  }

  /** The longest kept make room. */
  #keep(file: string, pixels: Pixels): void {
    if (this.#levels.has(file)) return;
    this.#levels.set(file, levelsOf(pixels));
    this.#bytes += pixels.length;
    for (const [oldest, levels] of this.#levels) {
      if (this.#bytes <= this.#kept) return;
      this.#levels.delete(oldest);
      this.#bytes -= levels.length;
    }
  }
}

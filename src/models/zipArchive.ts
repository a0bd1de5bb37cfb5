import { buffer } from 'node:stream/consumers';
import { type Entry, fromBufferPromise, openPromise, type ZipFile } from 'yauzl';
import { readError } from '../data/fileErrors.ts';
import { UserError } from '../userError.ts';
import type { FileRange } from './onnx/graph/graph.ts';

/** More entries than any model has. */
const mostEntries = 200_000;

/** A zip archive, whose files are read when they are asked for. */
export class ZipArchive {
  readonly file: string;
  /** Where the archive begins in its file: not at 0 if it is an entry of another. */
  readonly #start: number;
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(file: string, start: number, zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.file = file;
    this.#start = start;
    this.#zip = zip;
    this.#entries = entries;
  }

  /** @throws UserError when the file cannot be read, or is not an intact zip archive. */
  static async open(file: string): Promise<ZipArchive> {
    const zip = await openPromise(file, { autoClose: false }).catch((error) => {
      const system = readError(file, error);
      throw system instanceof UserError ? system : damaged(file, error);
    });
    return ZipArchive.#listed(file, 0, zip).catch((error) => {
      zip.close();
      throw error;
    });
  }

  static async #listed(file: string, start: number, zip: ZipFile): Promise<ZipArchive> {
    const entries = new Map<string, Entry>();
    try {
      for await (const entry of zip.eachEntry()) {
        if (entries.size >= mostEntries) throw new RangeError('it has too many entries');
        entries.set(entry.fileName, entry);
      }
    } catch (error) {
      throw damaged(file, error);
    }
    return new ZipArchive(file, start, zip, entries);
  }

  /** The paths of its files. */
  get names(): readonly string[] {
    return [...this.#entries.keys()];
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** Length of a file in bytes, once unpacked. @throws UserError when there is no such file. */
  lengthOf(name: string): number {
    return this.#entry(name).uncompressedSize;
  }

  /**
   * A file of the archive.
   * @param most bytes that it may have, so that a small archive cannot fill the memory.
   * @throws UserError when there is no such file, or it is damaged or larger.
   */
  async read(name: string, most: number): Promise<Buffer> {
    const entry = this.#entry(name);
    if (entry.uncompressedSize > most) {
      throw damaged(
        this.file,
        new RangeError(`${name} has ${entry.uncompressedSize} bytes, more than the ${most} allowed`),
      );
    }
    try {
      return await buffer(await this.#zip.openReadStreamPromise(entry));
    } catch (error) {
      throw damaged(this.file, error);
    }
  }

  /** Where a file is in the archive, if it is stored as it is. @throws UserError when there is no such file, or it is damaged. */
  async rangeOf(name: string): Promise<FileRange | undefined> {
    const entry = this.#entry(name);
    if (entry.compressionMethod !== 0) return undefined;
    try {
      const { fileDataStart } = await this.#zip.readLocalFileHeaderPromise(entry, { minimal: true });
      return { file: this.file, offset: this.#start + fileDataStart, length: entry.uncompressedSize };
    } catch (error) {
      throw damaged(this.file, error);
    }
  }

  /**
   * An archive inside this one.
   * @param most bytes that it may have.
   * @throws UserError as `open` and `read` do, and when it is compressed.
   */
  async inner(name: string, most: number): Promise<ZipArchive> {
    const range = await this.rangeOf(name);
    if (range === undefined) throw damaged(this.file, new Error(`${name} is compressed`));
    const zip = await fromBufferPromise(await this.read(name, most)).catch((error) => {
      throw damaged(this.file, error);
    });
    return ZipArchive.#listed(this.file, range.offset, zip);
  }

  close(): void {
    this.#zip.close();
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw damaged(this.file, new Error(`${name} is missing`));
    return entry;
  }
}

function damaged(file: string, error: unknown): UserError {
  const message = (error as Error).message.replace(/\.+$/, '');
  return new UserError(`${file}: this archive is damaged (${message}). Export or copy the model again.`, {
    cause: error,
  });
}

import { appendFileSync, readSync } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { writeError } from '../../data/fileErrors.ts';

/** What was answered, so that what is asked later can be held against it. */
export interface AnswerStore {
  /** How many images have an answer. */
  readonly count: number;
  has(key: string): boolean;
  /** The answer about an image that has one. */
  get(key: string): Float32Array;
  /** Keeps answers, in the order of their keys. */
  add(keys: readonly string[], rows: readonly Float32Array[]): void;
}

/** Whose answers a file has: the first line. */
interface Header {
  readonly format: 'perturb-answers';
  readonly version: 1;
  /** Identity of the model, and how it is asked. */
  readonly of: string;
  /** Numbers in an answer. */
  readonly width: number;
  /** What the model said about fixed images. */
  readonly probes: readonly (readonly number[])[];
}

export type AnswersOf = Pick<Header, 'of' | 'width' | 'probes'>;

/** Bytes of a key. */
const keyLength = 16;
const checksumLength = 4;

/**
 * Answers in a file: a line of JSON, then for each the key of the image, float32 numbers, and a checksum. Each is written
 * before anyone goes on with it, so that a program that is killed has lost none, and what is damaged is not believed. That
 * is a few kilobytes for the system to keep, which takes less time than to have another thread do it.
 */
export class KeptAnswers implements AnswerStore {
  readonly #file: string;
  readonly #handle: FileHandle;
  readonly #width: number;
  /** Where in the file the answer to each image is. */
  readonly #places: Map<string, number>;
  #end: number;
  /** What kept an answer from being written; after a part of a record, no other may follow. */
  #failure: unknown;

  private constructor(file: string, handle: FileHandle, width: number, places: Map<string, number>, end: number) {
    this.#file = file;
    this.#handle = handle;
    this.#width = width;
    this.#places = places;
    this.#end = end;
  }

  /**
   * Opens the answers in a file; where it has those of another model, or none, it is begun anew.
   * @param isSame says whether the probes in the file are what the model says now.
   * @throws UserError when the file cannot be read or written.
   */
  static async open(
    file: string,
    of: AnswersOf,
    isSame: (probes: AnswersOf['probes']) => boolean,
  ): Promise<{ readonly answers: KeptAnswers; readonly isOther: boolean }> {
    try {
      await mkdir(path.dirname(file), { recursive: true });
      const handle = await open(file, 'a+');
      const { size } = await handle.stat();
      const content = Buffer.alloc(size);
      await handle.read(content, 0, size, 0);
      const header = headerIn(content);
      const isOurs = header?.of === of.of && header.width === of.width && isSame(header.probes);
      const start = isOurs ? content.indexOf('\n') + 1 : 0;
      const places = new Map<string, number>();
      let end = start;
      if (isOurs) {
        end = readPlaces(content, start, of.width, places);
        await handle.truncate(end);
      } else {
        await handle.truncate(0);
        const line = Buffer.from(`${JSON.stringify({ format: 'perturb-answers', version: 1, ...of })}\n`);
        await handle.appendFile(line);
        end = line.length;
      }
      return {
        answers: new KeptAnswers(file, handle, of.width, places, end),
        isOther: !isOurs && size > 0,
      };
    } catch (error) {
      throw writeError(file, error);
    }
  }

  get count(): number {
    return this.#places.size;
  }

  has(key: string): boolean {
    return this.#places.has(key);
  }

  get(key: string): Float32Array {
    const row = new Float32Array(this.#width);
    readSync(this.#handle.fd, row, { position: this.#places.get(key) as number });
    return row;
  }

  add(keys: readonly string[], rows: readonly Float32Array[]): void {
    if (this.#failure !== undefined) throw this.#failure;
    const records = recordsOf(keys, rows, this.#width);
    try {
      appendFileSync(this.#handle.fd, records);
    } catch (error) {
      this.#failure = writeError(this.#file, error);
      throw this.#failure;
    }
    for (const key of keys) {
      this.#places.set(key, this.#end + keyLength);
      this.#end += lengthOf(this.#width);
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

function lengthOf(width: number): number {
  return keyLength + 4 * width + checksumLength;
}

function recordsOf(keys: readonly string[], rows: readonly Float32Array[], width: number): Buffer {
  const length = lengthOf(width);
  const records = Buffer.alloc(keys.length * length);
  const numbers = new Float32Array(records.buffer, records.byteOffset, records.length / 4);
  for (const [i, key] of keys.entries()) {
    const end = (i + 1) * length - checksumLength;
    records.write(key, i * length, 'latin1');
    numbers.set(rows[i] as Float32Array, (i * length + keyLength) / 4);
    records.writeUInt32LE(crc32(records.subarray(i * length, end)), end);
  }
  return records;
}

/** Finds the records up to the first that is not whole; returns where they end. */
function readPlaces(content: Buffer, start: number, width: number, places: Map<string, number>): number {
  const length = lengthOf(width);
  let at = start;
  for (; at + length <= content.length; at += length) {
    const record = content.subarray(at, at + length);
    if (crc32(record.subarray(0, -checksumLength)) !== record.readUInt32LE(length - checksumLength)) break;
    places.set(record.toString('latin1', 0, keyLength), at + keyLength);
  }
  return at;
}

function headerIn(content: Buffer): Header | undefined {
  try {
    const header = JSON.parse(content.toString('utf8', 0, content.indexOf('\n')));
    const isOurs = header.format === 'perturb-answers' && header.version === 1 && Array.isArray(header.probes);
    return isOurs ? header : undefined;
  } catch {
    return undefined;
  }
}

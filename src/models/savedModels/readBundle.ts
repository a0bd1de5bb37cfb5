import { readFile, stat } from 'node:fs/promises';
import { TooLittleMemory } from '../../data/memory.ts';
import { UserError } from '../../userError.ts';
import { type Constant, elementCount } from '../onnx/graph/graph.ts';
import { readRange } from '../onnx/graph/readRange.ts';
import { BundleEntryMessage, BundleHeaderMessage, type ShapeMessage } from '../tensorflow/messages.ts';
import { elementTypeOf, storedConstant, widthOf } from '../tensorflow/tensorProto.ts';
import { maskedChecksum } from './checksum.ts';
import { entriesOf } from './sortedTable.ts';

/** Bytes of an index; that of a network with a thousand layers has about 1 MB. */
const largestIndex = 2 ** 28;
const mostShards = 10_000;

interface Header {
  readonly numShards: number;
  readonly endianness: number;
}

interface Entry {
  readonly dtype: number;
  readonly shape: ShapeMessage | null;
  readonly shardId: number;
  readonly offset: unknown;
  readonly size: unknown;
  readonly crc32c: number;
  readonly slices: readonly unknown[];
}

/** A checkpoint of TensorFlow's second format: an index of tensors, and files with their numbers. */
export class Bundle {
  /** The index, then the files with numbers. */
  readonly files: readonly string[];
  readonly #index: string;
  readonly #shards: readonly string[];
  readonly #sizes: readonly number[];
  readonly #entries: ReadonlyMap<string, Buffer>;

  private constructor(
    index: string,
    shards: readonly string[],
    sizes: readonly number[],
    entries: ReadonlyMap<string, Buffer>,
  ) {
    this.files = [index, ...shards];
    this.#index = index;
    this.#shards = shards;
    this.#sizes = sizes;
    this.#entries = entries;
  }

  /**
   * Reads the index.
   * @param prefix of its files, such as "variables/variables".
   * @throws UserError when a file is missing or damaged.
   */
  static async open(prefix: string): Promise<Bundle> {
    const index = `${prefix}.index`;
    const size = await sizeOf(index);
    if (size > largestIndex) throw new UserError(`${index}: this index has ${size} bytes, more than any model’s.`);
    const bytes = await readFile(index);
    const { header, entries } = decoded(index, () => {
      const entries = entriesOf(bytes);
      const header = BundleHeaderMessage.decode(entries.get('') ?? new Uint8Array()) as unknown as Header;
      return { header, entries };
    });
    const { numShards, endianness } = header;
    if (numShards < 1 || numShards > mostShards || endianness !== 0) throw damaged(index, 'its header is unknown');
    const digits = (count: number) => String(count).padStart(5, '0');
    const shards = Array.from({ length: numShards }, (_, i) => `${prefix}.data-${digits(i)}-of-${digits(numShards)}`);
    const sizes: number[] = [];
    for (const shard of shards) sizes.push(await sizeOf(shard));
    return new Bundle(index, shards, sizes, entries);
  }

  /**
   * The numbers of some tensors, as constants of the graph.
   * @param memory bytes that they may take.
   * @throws UserError when one is missing, damaged, or they are too large.
   */
  async read(names: Iterable<string>, memory: number): Promise<Map<string, Constant>> {
    const constants = new Map<string, Constant>();
    let total = 0;
    for (const name of names) {
      const { entry, dims, offset, size, shard } = this.#find(name);
      total += size;
      if (total > memory) throw new TooLittleMemory(`${this.#index}: the weights take`, total, memory);
      const bytes = await readRange({ file: shard, offset, length: size });
      if (maskedChecksum(bytes) !== entry.crc32c) throw damaged(shard, `the checksum of "${name}" is wrong`);
      constants.set(name, storedConstant(entry.dtype, dims, bytes, name));
    }
    return constants;
  }

  #find(name: string) {
    const bytes = this.#entries.get(name);
    if (bytes === undefined) throw damaged(this.#index, `its tensor "${name}" is missing`);
    const entry = decoded(this.#index, () => BundleEntryMessage.decode(bytes) as unknown as Entry);
    if (entry.slices.length > 0) {
      throw new UserError(
        `${this.#index}: the variable "${name}" is stored in parts (partitioned). Export the model without a partitioner.`,
      );
    }
    const dims = (entry.shape?.dim ?? []).map(({ size }) => Number(size));
    const [offset, size] = [Number(entry.offset), Number(entry.size)];
    const shard = this.#shards[entry.shardId];
    const isInside = offset >= 0 && size >= 0 && offset + size <= (this.#sizes[entry.shardId] ?? 0);
    if (elementTypeOf(entry.dtype) === undefined) {
      throw new UserError(`${this.#index}: the variable "${name}" has a type (${entry.dtype}) that is not supported.`);
    }
    if (shard === undefined || !isInside) {
      throw damaged(shard ?? this.#index, `it is too short for the variable "${name}"`);
    }
    if (
      elementCount(dims) * widthOf(entry.dtype) !== size ||
      dims.some((length) => !Number.isSafeInteger(length) || length < 0)
    ) {
      throw damaged(this.#index, `"${name}" of shape [${dims.join(', ')}] has ${size} bytes`);
    }
    return { entry, dims, offset, size, shard };
  }
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile()) return found.size;
  throw new UserError(`${file} is missing. Copy the whole folder of the SavedModel.`);
}

function decoded<T>(file: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw damaged(file, error instanceof RangeError ? error.message : 'it is not intact', error);
  }
}

function damaged(file: string, what: string, cause?: unknown): UserError {
  return new UserError(`${file} is damaged: ${what}. Export or copy the model again.`, { cause });
}

/** Numbers as fields and vectors hold them. */
export type Kind = 'bool' | 'int8' | 'uint8' | 'int32' | 'uint32' | 'int64' | 'uint64' | 'float32';

const bytesOf: Readonly<Record<Kind, number>> = {
  bool: 1,
  int8: 1,
  uint8: 1,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  float32: 4,
};

/** A part of the bytes. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/**
 * Bytes in the format of FlatBuffers (https://flatbuffers.dev/internals). Nothing in them is trusted: every read is within
 * the bytes, and all reads together are no more than an intact file is worth.
 */
export class FlatBuffer {
  readonly view: DataView;
  #allowance: number;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // Writers share equal parts, so some are read more than once; a damaged file could share all of them.
    this.#allowance = 2 ** 16 + 16 * bytes.byteLength;
  }

  /** The four letters that name the schema; empty if there is no room for them. */
  get identifier(): string {
    if (this.view.byteLength < 8) return '';
    return String.fromCharCode(...[4, 5, 6, 7].map((at) => this.view.getUint8(at)));
  }

  /** @throws RangeError when it is not within the bytes. */
  root(): Table {
    return new Table(this, this.follow(0));
  }

  /** Where the offset at a place points to. */
  follow(at: number): number {
    return at + this.view.getUint32(at, true);
  }

  /** @throws RangeError when it is not within the bytes, or not a whole number that can be exact. */
  number(at: number, kind: Kind): number {
    const { view } = this;
    this.spend(bytesOf[kind]);
    switch (kind) {
      case 'bool':
      case 'uint8':
        return view.getUint8(at);
      case 'int8':
        return view.getInt8(at);
      case 'int32':
        return view.getInt32(at, true);
      case 'uint32':
        return view.getUint32(at, true);
      case 'float32':
        return view.getFloat32(at, true);
      default: {
        const number = Number(kind === 'int64' ? view.getBigInt64(at, true) : view.getBigUint64(at, true));
        if (!Number.isSafeInteger(number)) throw new RangeError('a number is too large');
        return number;
      }
    }
  }

  /** The elements of a vector, each of a size in bytes. @throws RangeError when they are not within the bytes. */
  vector(at: number, size: number): Span {
    const length = this.view.getUint32(at, true);
    if (at + 4 + length * size > this.view.byteLength) throw new RangeError('a list is longer than the file');
    return { offset: at + 4, length };
  }

  /** Counts what is read. @throws RangeError when it is more than the file can hold. */
  spend(bytes: number): void {
    this.#allowance -= bytes;
    if (this.#allowance < 0) throw new RangeError('its parts refer to each other over and over');
  }
}

/** A table: fields by their numbers in the schema. A field that is left out has its default. */
export class Table {
  readonly #in: FlatBuffer;
  readonly #at: number;
  readonly #fields: number;
  readonly #fieldsEnd: number;

  /** @throws RangeError when it is not within the bytes. */
  constructor(buffer: FlatBuffer, at: number) {
    const { view } = buffer;
    buffer.spend(4);
    this.#in = buffer;
    this.#at = at;
    this.#fields = at - view.getInt32(at, true);
    this.#fieldsEnd = this.#fields + view.getUint16(this.#fields, true);
  }

  number(field: number, kind: Kind, missing = 0): number {
    const at = this.#place(field);
    return at === undefined ? missing : this.#in.number(at, kind);
  }

  numbers(field: number, kind: Kind): readonly number[] {
    const { offset, length } = this.#vector(field, bytesOf[kind]);
    return Array.from({ length }, (_, index) => this.#in.number(offset + index * bytesOf[kind], kind));
  }

  /** Where the bytes of a vector are. */
  span(field: number): Span {
    return this.#vector(field, 1);
  }

  text(field: number): string | undefined {
    if (!this.has(field)) return undefined;
    const { offset, length } = this.span(field);
    this.#in.spend(length);
    const { buffer, byteOffset } = this.#in.view;
    return new TextDecoder().decode(new Uint8Array(buffer, byteOffset + offset, length));
  }

  table(field: number): Table | undefined {
    const at = this.#place(field);
    return at === undefined ? undefined : new Table(this.#in, this.#in.follow(at));
  }

  tables(field: number): readonly Table[] {
    const { offset, length } = this.#vector(field, 4);
    return Array.from({ length }, (_, index) => new Table(this.#in, this.#in.follow(offset + 4 * index)));
  }

  has(field: number): boolean {
    return this.#place(field) !== undefined;
  }

  #place(field: number): number | undefined {
    const entry = this.#fields + 4 + 2 * field;
    const offset = entry + 2 <= this.#fieldsEnd ? this.#in.view.getUint16(entry, true) : 0;
    return offset === 0 ? undefined : this.#at + offset;
  }

  #vector(field: number, size: number): Span {
    const at = this.#place(field);
    return at === undefined ? { offset: 0, length: 0 } : this.#in.vector(this.#in.follow(at), size);
  }
}

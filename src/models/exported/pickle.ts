/** What a pickle describes. Calls and names of classes are only recorded: nothing is looked up, and nothing is run. */
export type Pickled =
  | undefined
  | null
  | boolean
  | number
  | string
  | readonly Pickled[]
  | ReadonlyMap<Pickled, Pickled>
  | { readonly global: string }
  | { readonly call: string; readonly args: readonly Pickled[] }
  | { readonly id: Pickled };

const deepest = 1_000_000;

/**
 * Reads a pickle of protocol 2 to 4 as data: the part of its instructions that dictionaries of tensors need.
 * @throws TypeError for other instructions. @throws RangeError when it ends too early.
 */
export function readPickle(bytes: Buffer): Pickled {
  return new Reader(bytes).read();
}

const mark = Symbol('mark');
type Entry = Pickled | typeof mark;

class Reader {
  /** By their codes, as the module `pickletools` of Python lists them. */
  static readonly #instructions: Readonly<Record<string, (reader: Reader) => void>> = {
    '\x80': (reader) => reader.#take(1),
    '\x95': (reader) => reader.#take(8),
    N: (reader) => reader.#push(null),
    '\x88': (reader) => reader.#push(true),
    '\x89': (reader) => reader.#push(false),
    K: (reader) => reader.#push(reader.#unsigned(1)),
    M: (reader) => reader.#push(reader.#unsigned(2)),
    J: (reader) => reader.#push(reader.#take(4).readInt32LE()),
    G: (reader) => reader.#push(reader.#take(8).readDoubleBE()),
    '\x8a': (reader) => reader.#push(reader.#long()),
    X: (reader) => reader.#push(reader.#text(reader.#unsigned(4))),
    '\x8c': (reader) => reader.#push(reader.#text(reader.#unsigned(1))),
    c: (reader) => reader.#push({ global: `${reader.#line()} ${reader.#line()}` }),
    '\x93': (reader) => {
      const [module, name] = reader.#several(2);
      reader.#push({ global: `${module} ${name}` });
    },
    '(': (reader) => reader.#stack.push(mark),
    ')': (reader) => reader.#push([]),
    ']': (reader) => reader.#push([]),
    '}': (reader) => reader.#push(new Map()),
    t: (reader) => reader.#push(reader.#sinceMark()),
    '\x85': (reader) => reader.#push(reader.#several(1)),
    '\x86': (reader) => reader.#push(reader.#several(2)),
    '\x87': (reader) => reader.#push(reader.#several(3)),
    a: (reader) => reader.#append([reader.#pop()]),
    e: (reader) => reader.#append(reader.#sinceMark()),
    s: (reader) => reader.#set(reader.#several(2)),
    u: (reader) => reader.#set(reader.#sinceMark()),
    R: (reader) => reader.#call(reader.#several(2)),
    // Attributes that Python would set on an object, such as the version of a state dictionary.
    b: (reader) => reader.#pop(),
    Q: (reader) => reader.#push({ id: reader.#pop() }),
    q: (reader) => reader.#remember(reader.#unsigned(1)),
    r: (reader) => reader.#remember(reader.#unsigned(4)),
    '\x94': (reader) => reader.#remember(reader.#memo.size),
    h: (reader) => reader.#push(reader.#memo.get(reader.#unsigned(1))),
    j: (reader) => reader.#push(reader.#memo.get(reader.#unsigned(4))),
  };

  readonly #bytes: Buffer;
  readonly #stack: Entry[] = [];
  readonly #memo = new Map<number, Pickled>();
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  read(): Pickled {
    for (;;) {
      if (this.#stack.length > deepest) throw new RangeError('it is too deep');
      const code = String.fromCharCode(this.#unsigned(1));
      if (code === '.') return this.#pop();
      const run = Reader.#instructions[code];
      if (run === undefined) throw new TypeError(`it has the instruction 0x${code.charCodeAt(0).toString(16)}`);
      run(this);
    }
  }

  /** An empty ordered dictionary is one; any other call is recorded. */
  #call([callee, args]: readonly Pickled[]): void {
    if (!(callee instanceof Object && 'global' in callee) || !Array.isArray(args)) throw new TypeError('it has a call');
    const isDictionary = callee.global === 'collections OrderedDict' && args.length === 0;
    this.#push(isDictionary ? new Map() : { call: callee.global, args });
  }

  #append(values: readonly Pickled[]): void {
    const list = this.#stack.at(-1);
    if (!Array.isArray(list)) throw new TypeError('it appends to something else than a list');
    list.push(...values);
  }

  #set(pairs: readonly Pickled[]): void {
    const map = this.#stack.at(-1);
    if (!(map instanceof Map) || pairs.length % 2 !== 0) throw new TypeError('it sets a key of something else');
    for (let i = 0; i < pairs.length; i += 2) map.set(pairs[i], pairs[i + 1]);
  }

  #remember(index: number): void {
    const top = this.#stack.at(-1);
    if (top === mark) throw new TypeError('it remembers a mark');
    this.#memo.set(index, top);
  }

  #push(value: Pickled): void {
    this.#stack.push(value);
  }

  #pop(): Pickled {
    const value = this.#stack.pop();
    if (value === mark || (value === undefined && this.#stack.length === 0)) throw new RangeError('it ends too early');
    return value;
  }

  #several(count: number): Pickled[] {
    return Array.from({ length: count }, () => this.#pop()).reverse();
  }

  #sinceMark(): Pickled[] {
    const at = this.#stack.lastIndexOf(mark);
    if (at < 0) throw new RangeError('a mark is missing');
    const values = this.#stack.splice(at + 1) as Pickled[];
    this.#stack.pop();
    return values;
  }

  #take(count: number): Buffer {
    const end = this.#at + count;
    if (end > this.#bytes.length) throw new RangeError('it ends too early');
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }

  #unsigned(width: number): number {
    return this.#take(width).readUIntLE(0, width);
  }

  /** A whole number of up to 6 bytes; sizes are not larger. */
  #long(): number {
    const width = this.#unsigned(1);
    if (width === 0) return 0;
    if (width > 6) throw new RangeError('it has a huge number');
    return this.#take(width).readIntLE(0, width);
  }

  #text(length: number): string {
    return this.#take(length).toString('utf8');
  }

  #line(): string {
    const end = this.#bytes.indexOf('\n', this.#at);
    if (end < 0) throw new RangeError('it ends too early');
    const line = this.#bytes.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return line;
  }
}

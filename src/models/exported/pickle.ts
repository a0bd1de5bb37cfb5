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
      this.#run(code);
    }
  }

  #run(code: string): void {
    switch (code) {
      case '\x80':
        this.#skip(1);
        return;
      case '\x95':
        this.#skip(8);
        return;
      case 'N':
        return this.#push(null);
      case '\x88':
      case '\x89':
        return this.#push(code === '\x88');
      case 'K':
        return this.#push(this.#unsigned(1));
      case 'M':
        return this.#push(this.#unsigned(2));
      case 'J':
        return this.#push(this.#take(4).readInt32LE());
      case 'G':
        return this.#push(this.#take(8).readDoubleBE());
      case '\x8a':
        return this.#push(this.#long());
      case 'X':
        return this.#push(this.#text(this.#unsigned(4)));
      case '\x8c':
        return this.#push(this.#text(this.#unsigned(1)));
      case 'c':
        return this.#push({ global: `${this.#line()} ${this.#line()}` });
      case '\x93': {
        const [name, module] = [this.#pop(), this.#pop()];
        return this.#push({ global: `${module} ${name}` });
      }
      case '(':
        this.#stack.push(mark);
        return;
      case ')':
      case ']':
        return this.#push([]);
      case '}':
        return this.#push(new Map());
      case 't':
        return this.#push(this.#sinceMark());
      case '\x85':
      case '\x86':
      case '\x87':
        return this.#push(this.#several(code.charCodeAt(0) - 0x84));
      case 'a':
        return this.#append([this.#pop()]);
      case 'e':
        return this.#append(this.#sinceMark());
      case 's':
        return this.#set(this.#several(2));
      case 'u':
        return this.#set(this.#sinceMark());
      case 'R':
        return this.#call(this.#several(2));
      case 'b':
        // Attributes that Python would set on an object, such as the version of a state dictionary.
        this.#pop();
        return;
      case 'Q':
        return this.#push({ id: this.#pop() });
      case 'q':
        return this.#remember(this.#unsigned(1));
      case 'r':
        return this.#remember(this.#unsigned(4));
      case '\x94':
        return this.#remember(this.#memo.size);
      case 'h':
        return this.#push(this.#memo.get(this.#unsigned(1)));
      case 'j':
        return this.#push(this.#memo.get(this.#unsigned(4)));
      default:
        throw new TypeError(`it has the instruction 0x${code.charCodeAt(0).toString(16)}`);
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

  #skip(count: number): void {
    this.#take(count);
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

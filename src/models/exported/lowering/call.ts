import { CannotLower } from '../../cannotLower.ts';
import { type Constant, type ElementType, elementTypes } from '../../onnx/graph/graph.ts';
import type { GraphBuilder } from '../../onnx/graph/graphBuilder.ts';
import { type Argument, type Dim, isTensor } from '../program.ts';

/** A tensor of the program in the graph. */
export interface Tensor {
  readonly value: string;
  readonly dims: readonly Dim[];
  readonly strides: readonly Dim[];
  readonly type: ElementType;
}

/** What a call can look up in the program around it. */
export interface Surroundings {
  readonly build: GraphBuilder;
  /** @throws CannotLower when it has been written over in a way that is not known. */
  tensor(name: string): Tensor;
  /** A size that is not fixed, as a list of one int64. @throws CannotLower when it is not that of an input. */
  size(expression: string): string;
}

/** A call of a PyTorch operator, and what it is to give. */
export class Call {
  readonly build: GraphBuilder;
  /** What the program knows of the tensors that the call gives. */
  readonly results: readonly Omit<Tensor, 'value'>[];
  readonly #args: ReadonlyMap<string, Argument>;
  readonly #around: Surroundings;

  constructor(args: ReadonlyMap<string, Argument>, results: readonly Omit<Tensor, 'value'>[], around: Surroundings) {
    this.build = around.build;
    this.results = results;
    this.#args = args;
    this.#around = around;
  }

  /** The first argument, which is a tensor. */
  get x(): string {
    return this.input.value;
  }

  get input(): Tensor {
    const [first] = this.#args.values();
    if (!isTensor(first)) throw new CannotLower('its first argument is not a tensor');
    return this.#around.tensor(first.tensor);
  }

  /** Dimensions of the first argument. */
  get dims(): readonly Dim[] {
    return this.input.dims;
  }

  get rank(): number {
    return this.input.dims.length;
  }

  /** The first tensor that the call gives. */
  get result(): Omit<Tensor, 'value'> {
    const [first] = this.results;
    if (first === undefined) throw new CannotLower('it gives nothing');
    return first;
  }

  has(name: string): boolean {
    return this.#args.get(name) !== undefined;
  }

  tensor(name: string): Tensor {
    const found = this.optional(name);
    if (found === undefined) throw new CannotLower(`its ${name} is missing`);
    return found;
  }

  optional(name: string): Tensor | undefined {
    const argument = this.#args.get(name);
    if (argument === undefined) return undefined;
    if (!isTensor(argument)) throw new CannotLower(`its ${name} is not a tensor`);
    return this.#around.tensor(argument.tensor);
  }

  /** A list of tensors; undefined for those that are left out. */
  tensors(name: string): readonly (Tensor | undefined)[] {
    const argument = this.#args.get(name);
    if (!Array.isArray(argument)) throw new CannotLower(`its ${name} are missing`);
    return argument.map((each: Argument) => (isTensor(each) ? this.#around.tensor(each.tensor) : undefined));
  }

  /** A number that is known in advance. */
  number(name: string, missing?: number): number {
    const argument = this.#args.get(name);
    if (typeof argument === 'boolean') return Number(argument);
    const found = argument === undefined ? missing : sizeIn(argument);
    if (typeof found !== 'number') throw new CannotLower(`its ${name} is not known in advance`);
    return clamped(found);
  }

  /** A list of numbers that are known in advance; a single one stands for a list of one. */
  numbers(name: string, missing?: readonly number[]): readonly number[] {
    const argument = this.#args.get(name);
    const list: readonly Argument[] | undefined = Array.isArray(argument)
      ? argument
      : argument === undefined
        ? missing
        : [argument];
    if (list === undefined) throw new CannotLower(`its ${name} is missing`);
    return list.map((each) => {
      const size = sizeIn(each);
      if (typeof size !== 'number') throw new CannotLower(`its ${name} is not known in advance`);
      return clamped(size);
    });
  }

  /** The same, once for each of a window's axes. */
  perAxis(name: string, axes: number, missing?: number): readonly number[] {
    const found = this.numbers(name, missing === undefined ? undefined : [missing]);
    // An empty list stands for the default as well.
    const [first = missing ?? 0] = found;
    return found.length === axes ? found : Array<number>(axes).fill(first);
  }

  flag(name: string, missing = false): boolean {
    const argument = this.#args.get(name);
    return argument === undefined ? missing : argument === true || argument === 1;
  }

  text(name: string, missing = ''): string {
    const argument = this.#args.get(name);
    return typeof argument === 'string' ? argument : missing;
  }

  isNumber(name: string): boolean {
    return typeof this.#args.get(name) === 'number';
  }

  isText(name: string): boolean {
    return typeof this.#args.get(name) === 'string';
  }

  /** An axis of the first argument, counted from its beginning. */
  axis(name: string, missing?: number, rank = this.rank): number {
    return this.#axis(this.number(name, missing), rank);
  }

  /** Axes of the first argument; all if none are stated. */
  axes(name: string): readonly number[] {
    const stated = this.has(name) ? this.numbers(name) : [];
    return stated.length > 0 ? stated.map((axis) => this.#axis(axis, this.rank)) : this.dims.map((_, axis) => axis);
  }

  #axis(axis: number, rank: number): number {
    const positive = axis < 0 ? axis + Math.max(rank, 1) : axis;
    if (positive < 0 || positive > rank) throw new CannotLower(`it has no axis ${axis}`);
    return positive;
  }

  /** A tensor or a number, in the type of the result or in another. */
  operand(name: string, type = this.result.type): string {
    const argument = this.#args.get(name);
    if (isTensor(argument)) return this.cast(this.#around.tensor(argument.tensor), type);
    return this.scalar(this.number(name), type);
  }

  /** The common type of two operands, as PyTorch promotes them; a number takes that of the tensor where it can. */
  commonType(...names: readonly string[]): ElementType {
    const types = names.flatMap((name) => {
      const argument = this.#args.get(name);
      return isTensor(argument) ? [this.#around.tensor(argument.tensor).type] : [];
    });
    const hasFraction = names.some((name) => {
      const argument = this.#args.get(name);
      return typeof argument === 'number' && !Number.isInteger(argument);
    });
    const order: readonly ElementType[] = ['bool', 'uint8', 'int8', 'int16', 'int32', 'int64', 'float32'];
    const highest = types.reduce((a, b) => (order.indexOf(a) > order.indexOf(b) ? a : b), 'bool');
    return hasFraction ? 'float32' : highest;
  }

  cast({ value, type }: Pick<Tensor, 'value' | 'type'>, to: ElementType): string {
    return type === to ? value : this.build.op('Cast', [value], { to: elementTypes[to] });
  }

  /** A number as a constant without axes. */
  scalar(number: number, type = this.result.type): string {
    return this.build.constant(constantIn([number], [], type));
  }

  /** Numbers as a constant list. */
  list(numbers: readonly number[], type: ElementType): string {
    return this.build.constant(constantIn(numbers, [numbers.length], type));
  }

  /** Gives a value new dimensions, of which one may be open. */
  reshape(value: string, dims: readonly Dim[]): string {
    const open = dims.filter((dim) => typeof dim !== 'number').length;
    if (open <= 1)
      return this.build.reshape(
        value,
        dims.map((dim) => (typeof dim === 'number' ? dim : -1)),
      );
    return this.build.op('Reshape', [value, this.sizes(dims)]);
  }

  /** Dimensions as a value. */
  sizes(dims: readonly Dim[]): string {
    if (dims.every((dim) => typeof dim === 'number')) return this.build.ints(dims as number[]);
    const parts = dims.map((dim) => (typeof dim === 'number' ? this.build.ints([dim]) : this.#around.size(dim)));
    return this.build.op('Concat', parts, { axis: 0 });
  }

  /** Sizes that an argument lists. */
  dimsIn(name: string): readonly Dim[] {
    const argument = this.#args.get(name);
    if (!Array.isArray(argument)) throw new CannotLower(`its ${name} is missing`);
    return argument.map((each: Argument) => {
      const size = sizeIn(each);
      if (size === undefined) throw new CannotLower(`its ${name} is not a list of sizes`);
      return size;
    });
  }

  /** A tensor of the result's dimensions, filled with a value without axes. */
  filled(value: string, dims = this.result.dims): string {
    return dims.length === 0 ? value : this.build.op('Expand', [value, this.sizes(dims)]);
  }

  /** Sizes that have to be fixed. */
  fixed(dims: readonly Dim[]): readonly number[] {
    return dims.map((dim) => {
      if (typeof dim === 'number') return dim;
      throw new CannotLower(
        'it needs the height and width of the images, which the program leaves open; export it for images of one size, with only the batch open',
      );
    });
  }
}

/**
 * The values that a call gives, as nodes of the graph. Those that it has not and nobody needs may be left out at the end.
 * @throws CannotLower
 */
export type Rule = (call: Call) => string | readonly string[];

function sizeIn(argument: Argument): Dim | undefined {
  if (typeof argument === 'number') return argument;
  if (argument instanceof Object && 'symbol' in argument) return argument.symbol;
  return undefined;
}

/** PyTorch writes "to the end" as the largest int64, which a number cannot hold. */
function clamped(number: number): number {
  if (!Number.isFinite(number) || Math.abs(number) <= Number.MAX_SAFE_INTEGER) return number;
  return Number.isInteger(number) ? Math.sign(number) * Number.MAX_SAFE_INTEGER : number;
}

function constantIn(numbers: readonly number[], dims: readonly number[], type: ElementType): Constant {
  const bytes = () => {
    switch (type) {
      case 'float32':
        return Float32Array.from(numbers);
      case 'int64':
        return BigInt64Array.from(numbers, (number) => BigInt(Math.trunc(number)));
      case 'int32':
        return Int32Array.from(numbers);
      case 'int16':
        return Int16Array.from(numbers);
      case 'bool':
        return Uint8Array.from(numbers, (number) => (number === 0 ? 0 : 1));
      default:
        return Uint8Array.from(numbers);
    }
  };
  return { type, dims, data: new Uint8Array(bytes().buffer) };
}

import { CannotLower } from '../../cannotLower.ts';
import { type ElementType, elementCount, elementTypes, numbersOf } from '../../onnx/graph/graph.ts';
import { axisOf, type LayoutBuilder } from '../../tfjs/lowering/layoutBuilder.ts';
import type { Operator, TensorInfo } from '../schema.ts';
import { isOption, optionIn } from './options.ts';

/** A tensor in the graph. */
export interface Lowered {
  readonly value: string;
  /** In the order of TensorFlow Lite, batch included: channels last. */
  readonly dims: readonly number[];
  /** The value is [batch, channels, height, width], as for ONNX convolutions; else it has `dims`. */
  readonly channelsFirst: boolean;
  readonly type: ElementType;
}

/** A quantized tensor without its zero point: whole numbers, as float32, each of which stands for a step. */
export interface Steps extends Lowered {
  /** What a step is; one number for all, or one for each index of an axis. */
  readonly scales: readonly number[];
  /** What was taken away, where it is the same for all. */
  readonly zeroPoint: number;
}

/** What a call can look up in the graph around it. */
export interface Surroundings {
  readonly build: LayoutBuilder;
  /** Tensors that show the numbers of others in other dimensions, by their values. */
  readonly views: Map<string, Lowered>;
  info(index: number): TensorInfo;
  /** @throws CannotLower when it has not been computed. */
  tensor(index: number): Lowered;
  /** Undefined if it is not quantized. */
  steps(index: number): Steps | undefined;
}

/** A call of an operator, and what it is to give. Numbers that are stored in few bits are what they stand for. */
export class Call {
  readonly build: LayoutBuilder;
  readonly #operator: Operator;
  readonly #around: Surroundings;

  constructor(operator: Operator, around: Surroundings) {
    this.build = around.build;
    this.#operator = operator;
    this.#around = around;
  }

  /** The first input. */
  get x(): Lowered {
    return this.input(0);
  }

  /** What the file says of the tensors that the call gives. */
  get results(): readonly TensorInfo[] {
    return this.#operator.outputs.map((index) => this.#around.info(index));
  }

  /** The first tensor that the call gives. */
  get result(): TensorInfo {
    const [first] = this.results;
    if (first === undefined) throw new CannotLower('it gives nothing');
    return first;
  }

  input(at: number): Lowered {
    const found = this.optional(at);
    if (found === undefined) throw new CannotLower(`its input ${at} is missing`);
    return found;
  }

  optional(at: number): Lowered | undefined {
    const index = this.#operator.inputs[at] ?? -1;
    return index < 0 ? undefined : this.#around.tensor(index);
  }

  /** All of them, at least one. */
  inputs(): readonly Lowered[] {
    if (this.#operator.inputs.length === 0) throw new CannotLower('it has no inputs');
    return this.#operator.inputs.map((_, at) => this.input(at));
  }

  /** The whole numbers of a quantized input. */
  steps(at: number): Steps | undefined {
    const index = this.#operator.inputs[at] ?? -1;
    return index < 0 ? undefined : this.#around.steps(index);
  }

  /** The result is stored in 8 bits, so that it is rounded. */
  get isQuantized(): boolean {
    return this.result.quantization !== undefined;
  }

  /** The numbers of an input that is known in advance. */
  numbers(at: number): readonly number[] {
    const constant = this.build.constants.get(this.input(at).value);
    if (!(constant?.data instanceof Uint8Array)) throw new CannotLower(`its input ${at} is not known in advance`);
    return numbersOf(constant);
  }

  /** An option; flags are 0 or 1. */
  option(name: string): number {
    const { name: operator, optionsKind, options } = this.#operator;
    return optionIn(operator, optionsKind, options, name);
  }

  /** Whether the operator has such an option at all. */
  hasOption(name: string): boolean {
    return isOption(this.#operator.name, name);
  }

  /** Axes of an input that another input lists, counted from the beginning. */
  axes(at: number, rank = this.x.dims.length): readonly number[] {
    return this.numbers(at).map((axis) => this.axis(axis, rank));
  }

  /** An axis counted from the beginning. */
  axis(stated: number, rank = this.x.dims.length): number {
    const axis = stated < 0 ? stated + rank : stated;
    if (axis >= 0 && axis < rank) return axis;
    throw new CannotLower(`it has no axis ${stated}`);
  }

  /** The value in the order of TensorFlow Lite. */
  last(x: Lowered): string {
    return lastOf(x, this.build);
  }

  /** The value as [batch, channels, height, width]. */
  first(x: Lowered): string {
    if (x.dims.length !== 4) throw new CannotLower(`it is not of images, but of [${x.dims.join(', ')}]`);
    return this.build.channelsFirst(inLayout(x));
  }

  /** The value with the channels last. */
  give(value: string, dims: readonly number[], type = this.type): Lowered {
    return { value, dims, channelsFirst: false, type };
  }

  /** The value with the channels first. */
  giveImage(value: string, dims: readonly number[], type = this.type): Lowered {
    return { value, dims, channelsFirst: true, type };
  }

  /** The type of the result; whatever is rounded to 8 bits is a float32 before. */
  get type(): ElementType {
    const { type, quantization } = this.result;
    if (quantization !== undefined || /^b?float/.test(type)) return 'float32';
    if (type === 'int32' || type === 'int64' || type === 'bool' || type === 'uint8' || type === 'int8') return type;
    throw new CannotLower(`its result is of the type ${type}`);
  }

  cast({ value, type }: Pick<Lowered, 'value' | 'type'>, to: ElementType): string {
    return type === to ? value : this.build.op('Cast', [value], { to: elementTypes[to] });
  }

  /** A number in the type of another tensor. */
  scalar(number: number, { type }: Pick<Lowered, 'type'>): string {
    return this.cast({ value: this.build.floats(number), type: 'float32' }, type);
  }

  /** Whole numbers as they stand for shapes. */
  wholeNumbers(numbers: readonly number[], dims: readonly number[] = [numbers.length]): Lowered {
    const type = this.result.type === 'int64' ? 'int64' : 'int32';
    const array = type === 'int64' ? BigInt64Array.from(numbers, BigInt) : Int32Array.from(numbers);
    return this.give(this.build.constant({ type, dims, data: new Uint8Array(array.buffer) }), dims, type);
  }

  /** Sizes that an input lists, or else what the file says of the result. */
  sizes(at: number): readonly number[] {
    const index = this.#operator.inputs[at] ?? -1;
    return index >= 0 && this.#isKnown(at) ? this.numbers(at) : this.result.dims;
  }

  /** All inputs, if they are whole numbers that are known in advance. */
  known(): readonly { readonly numbers: readonly number[]; readonly dims: readonly number[] }[] | undefined {
    const places = this.#operator.inputs.flatMap((index, at) => (index < 0 ? [] : [at]));
    if (!places.every((at) => this.#isKnown(at))) return undefined;
    return places.map((at) => ({ numbers: this.numbers(at), dims: this.input(at).dims }));
  }

  #isKnown(at: number): boolean {
    const { value, type } = this.input(at);
    return (type === 'int32' || type === 'int64') && this.build.constants.get(value)?.data instanceof Uint8Array;
  }

  /**
   * The same numbers in other dimensions. Of a tensor that is a view itself, it is one of what that shows.
   * @throws CannotLower when they are not as many.
   */
  reshaped(x: Lowered, dims: readonly number[]): Lowered {
    if (elementCount(dims) !== elementCount(x.dims)) {
      throw new CannotLower(`[${x.dims.join(', ')}] has not as many numbers as [${dims.join(', ')}]`);
    }
    const shown = this.shownBy(x) ?? x;
    if (`${shown.dims}` === `${dims}`) return shown;
    const given = this.give(this.build.reshape(this.last(shown), dims), dims, x.type);
    this.#around.views.set(given.value, shown);
    return given;
  }

  /** What a tensor shows in other dimensions. */
  shownBy({ value }: Lowered): Lowered | undefined {
    return this.#around.views.get(value);
  }
}

/** Where an axis is in the value. */
export function placeOf(axis: number, x: Lowered): number {
  return axisOf(axis, inLayout(x));
}

/** A number for each axis of a tensor, in the order of the axes of the value. */
export function inOrder<T>(numbers: readonly T[], { channelsFirst }: Pick<Lowered, 'channelsFirst'>): readonly T[] {
  const [images, height, width, channels] = numbers as readonly [T, T, T, T];
  return channelsFirst ? [images, channels, height, width] : numbers;
}

/** The value in the order of TensorFlow Lite. */
export function lastOf(x: Lowered, build: LayoutBuilder): string {
  return build.channelsLast(inLayout(x));
}

function inLayout({ value, dims, channelsFirst }: Lowered) {
  return { value, shape: dims.slice(1), channelsFirst };
}

/**
 * What a call gives, as nodes of the graph. Numbers of a quantized result are rounded afterwards.
 * @throws CannotLower
 */
export type Rule = (call: Call) => Lowered | readonly Lowered[];

import { CannotLower } from '../../cannotLower.ts';
import { type Constant, type ElementType, elementCount, elementTypes, numbersOf } from '../../onnx/graph/graph.ts';
import type { GraphBuilder } from '../../onnx/graph/graphBuilder.ts';
import type { PartialShape } from '../graphDef.ts';
import type { Operation } from '../operations.ts';
import { elementTypeOf, packed } from '../tensorProto.ts';
import { broadcast, type Dim, fixed, isFixed, positiveAxis, shown } from './dims.ts';
import { transposed } from './transposed.ts';

/** A tensor of the graph. */
export interface Tensor {
  /** In TensorFlow's order. */
  readonly dims: readonly Dim[];
  readonly type: ElementType;
  /** The value in the ONNX graph; missing while it is only known. */
  readonly value?: string;
  /** The value is [images, channels, height, width], as for ONNX's convolutions, of a tensor with channels last. */
  readonly channelsFirst?: boolean;
  /** Its numbers, if they are known in advance. */
  readonly constant?: Constant;
  /** The same for a short tensor of sizes, some of which are open. */
  readonly sizes?: readonly Dim[];
  /** The name of the operation that stands for a variable, whose handle this is. */
  readonly variable?: string;
}

/** What a call can look up around it. */
export interface Surroundings {
  readonly build: GraphBuilder;
  /** The number of images, as a list of one int64. */
  images(): string;
  /** The value of a variable. @throws CannotLower when there is none. */
  variable(name: string): Constant;
  /** Counts a constant of the graph. @throws TooLittleMemory when all of them take more than they may. */
  claim(constant: Constant): void;
  /** The value of a constant in the graph, in each form in which it has been used. */
  readonly written: Map<Constant, Map<string, string>>;
  /** Values in another order, where they were turned before. */
  readonly turned: Map<string, string>;
}

/** More numbers than this are no sizes. */
const mostSizes = 256;
const toChannelsFirst = [0, 3, 1, 2] as const;
const toChannelsLast = [0, 2, 3, 1] as const;

/** A tensor that an operation gives; those that a rule leaves out nobody may need. */
export type Result = Tensor | undefined;

/**
 * The tensors that an operation gives, as nodes of the graph.
 * @throws CannotLower
 */
export type Rule = (call: Call) => Result | readonly Result[];

/** An operation with the tensors that it is given. */
export class Call {
  readonly build: GraphBuilder;
  readonly inputs: readonly Tensor[];
  readonly around: Surroundings;
  readonly #operation: Operation;

  constructor(operation: Operation, inputs: readonly Tensor[], around: Surroundings) {
    this.#operation = operation;
    this.inputs = inputs;
    this.around = around;
    this.build = around.build;
  }

  get name(): string {
    return this.#operation.name;
  }

  get operator(): string {
    return this.#operation.operator;
  }

  /** @throws CannotLower when there is no such input. */
  input(index: number): Tensor {
    const tensor = this.inputs[index];
    if (tensor === undefined) throw new CannotLower(`its input ${index + 1} is missing`);
    return tensor;
  }

  get x(): Tensor {
    return this.input(0);
  }

  // Attributes.

  number(name: string, missing?: number): number {
    const found = this.#operation.attributes.get(name);
    const value = found?.kind === 'number' ? found.value : missing;
    if (value === undefined) throw new CannotLower(`its ${name} is missing`);
    return value;
  }

  numbersIn(name: string): readonly number[] {
    const found = this.#operation.attributes.get(name);
    return found?.kind === 'numbers' ? found.value : [];
  }

  text(name: string, missing = ''): string {
    const found = this.#operation.attributes.get(name);
    return found?.kind === 'text' ? found.value : missing;
  }

  texts(name: string): readonly string[] {
    const found = this.#operation.attributes.get(name);
    return found?.kind === 'texts' ? found.value : [];
  }

  flag(name: string, missing = false): boolean {
    const found = this.#operation.attributes.get(name);
    return found?.kind === 'flag' ? found.value : missing;
  }

  /** The type that an attribute names, in the graph. */
  type(name: string, missing?: ElementType): ElementType {
    const found = this.#operation.attributes.get(name);
    if (found === undefined && missing !== undefined) return missing;
    const type = found?.kind === 'type' ? elementTypeOf(found.value) : undefined;
    if (type === undefined)
      throw new CannotLower(`its type ${found?.kind === 'type' ? found.value : ''} is not supported`);
    return type;
  }

  shape(name: string): PartialShape {
    const found = this.#operation.attributes.get(name);
    return found?.kind === 'shape' ? found.value : undefined;
  }

  tensor(name: string): Constant | undefined {
    const found = this.#operation.attributes.get(name);
    return found?.kind === 'tensor' ? found.value() : undefined;
  }

  // Numbers that are known in advance.

  /** The sizes that a tensor holds; undefined if they are not known. */
  sizesIn(tensor: Tensor): readonly Dim[] | undefined {
    if (tensor.sizes !== undefined) return tensor.sizes;
    if (tensor.constant === undefined || elementCount(tensor.constant.dims) > mostSizes) return undefined;
    return numbersOf(tensor.constant);
  }

  /** An input of sizes. @throws CannotLower */
  sizes(index: number): readonly Dim[] {
    const found = this.sizesIn(this.input(index));
    if (found === undefined) throw new CannotLower(`its input ${index + 1} is not known in advance`);
    return found;
  }

  /** An input of numbers. @throws CannotLower */
  numbers(index: number): readonly number[] {
    return fixed(this.sizes(index));
  }

  /** An input of one number. @throws CannotLower */
  scalar(index: number): number {
    const [number] = this.numbers(index);
    if (number === undefined) throw new CannotLower(`its input ${index + 1} is empty`);
    return number;
  }

  /** An input of axes of the first one. @throws CannotLower */
  axes(index: number, rank = this.x.dims.length): number[] {
    return this.numbers(index).map((axis) => positiveAxis(axis, rank));
  }

  // Values.

  /** The value of a tensor in TensorFlow's order. */
  plain(tensor: Tensor): string {
    const { value, constant, sizes, channelsFirst } = tensor;
    if (value !== undefined) return channelsFirst ? this.#turn(value, toChannelsLast, tensor.dims) : value;
    if (constant !== undefined) return this.#once(constant, '', () => constant);
    if (sizes !== undefined) return this.#written(sizes, tensor);
    throw new CannotLower('it takes a variable, rather than its value');
  }

  /** The value of a tensor [images, height, width, channels] as [images, channels, height, width]. */
  first(tensor: Tensor): string {
    if (tensor.dims.length !== 4) throw new CannotLower(`it takes ${shown(tensor.dims)}, which are no images`);
    if (tensor.channelsFirst && tensor.value !== undefined) return tensor.value;
    if (tensor.constant !== undefined) return this.reordered(tensor, toChannelsFirst);
    const { dims } = tensor;
    return this.#turn(this.plain(tensor), toChannelsFirst, dims);
  }

  /** The value of a tensor with its axes in another order, and possibly in other dimensions then. */
  reordered(tensor: Tensor, permutation: readonly number[], dims?: readonly number[]): string {
    const { constant } = tensor;
    if (constant !== undefined) {
      return this.#once(constant, `${permutation} ${dims ?? ''}`, () => {
        const turned = transposed(constant, permutation);
        return dims ? { ...turned, dims } : turned;
      });
    }
    const value = this.build.transpose(this.plain(tensor), permutation);
    return dims ? this.build.reshape(value, dims) : value;
  }

  /** Sizes as a list of int64. */
  shapeValue(dims: readonly Dim[]): string {
    if (dims.every(isFixed)) return this.build.ints(dims);
    const parts = dims.map((dim) => {
      if (isFixed(dim)) return this.build.ints([dim]);
      const images = this.around.images();
      return dim.perImage === 1 ? images : this.build.mul(images, this.build.ints([dim.perImage]));
    });
    return this.build.op('Concat', parts, { axis: 0 });
  }

  /** Where an axis of a tensor is in its value. */
  axisOf(axis: number, { channelsFirst }: Tensor): number {
    return channelsFirst ? toChannelsFirst.indexOf(axis as 0) : axis;
  }

  /** A value in other dimensions, as many elements, of which one may be open. */
  reshape(value: string, dims: readonly Dim[]): string {
    const open = dims.filter((dim) => !isFixed(dim)).length;
    if (open > 1) return this.build.op('Reshape', [value, this.shapeValue(dims)]);
    return this.build.reshape(
      value,
      dims.map((dim) => (isFixed(dim) ? dim : -1)),
    );
  }

  /** A value in another type. */
  cast(value: string, from: ElementType, to: ElementType): string {
    return from === to ? value : this.build.op('Cast', [value], { to: elementTypes[to] });
  }

  /**
   * The values of tensors in one order in which they can be combined elementwise, and that order: channels first if one
   * of them is.
   */
  aligned(tensors: readonly Tensor[]): Pick<Tensor, 'dims'> & { channelsFirst: boolean; values: readonly string[] } {
    const dims = tensors.map((tensor) => tensor.dims).reduce(broadcast);
    const channelsFirst = dims.length === 4 && tensors.some((tensor) => tensor.channelsFirst);
    const values = tensors.map((tensor) => (channelsFirst ? this.#firstOrOne(tensor) : this.plain(tensor)));
    return { dims, channelsFirst, values };
  }

  /** A number as a constant without axes. */
  constant(number: number, type: ElementType): string {
    return this.build.constant({ type, dims: [], data: packed(type, [number]) });
  }

  /** A tensor that is computed elementwise of one: it keeps dimensions and order. */
  like(tensor: Tensor, emit: (value: string) => string, type = tensor.type): Tensor {
    const { dims } = tensor;
    if (tensor.channelsFirst) return { dims, type, value: emit(tensor.value as string), channelsFirst: true };
    return { dims, type, value: emit(this.plain(tensor)) };
  }

  /** A form of a constant, which the graph holds once, however often it is used. */
  #once(constant: Constant, form: string, make: () => Constant): string {
    const forms = this.around.written.get(constant) ?? new Map<string, string>();
    const value = forms.get(form) ?? this.build.constant(make());
    this.around.written.set(constant, forms.set(form, value));
    return value;
  }

  #firstOrOne(tensor: Tensor): string {
    if (tensor.dims.length === 0) return this.plain(tensor);
    return this.first(tensor.dims.length === 4 ? tensor : this.#widened(tensor));
  }

  /** A tensor of fewer axes with axes of size 1 before them. */
  #widened(tensor: Tensor): Tensor {
    const dims: Dim[] = [...Array<Dim>(4 - tensor.dims.length).fill(1), ...tensor.dims];
    const { type, constant } = tensor;
    if (constant !== undefined) return { dims, type, constant: { ...constant, dims: fixed(dims) } };
    return { dims, type, value: this.reshape(this.plain(tensor), dims) };
  }

  /** @param dims of the tensor, in TensorFlow's order. */
  #turn(value: string, permutation: readonly number[], dims: readonly Dim[]): string {
    const isToFirst = permutation === toChannelsFirst;
    const key = (from: string, toFirst: boolean) => `${toFirst} ${from}`;
    const known = this.around.turned.get(key(value, isToFirst));
    if (known !== undefined) return known;
    const [images = 1, height, width, channels] = dims;
    const isSameOrder = channels === 1 || (height === 1 && width === 1);
    const to = isToFirst ? [images, channels, height, width] : dims;
    const turned = isSameOrder ? this.reshape(value, to as Dim[]) : this.build.transpose(value, permutation);
    // Both ways: what is turned and turned back is what it was.
    this.around.turned.set(key(value, isToFirst), turned);
    this.around.turned.set(key(turned, !isToFirst), value);
    return turned;
  }

  /** Sizes as a value of a tensor's type and dimensions. */
  #written(sizes: readonly Dim[], { type, dims }: Tensor): string {
    if (sizes.every(isFixed)) return this.build.constant({ type, dims: fixed(dims), data: packed(type, sizes) });
    const list = this.cast(this.shapeValue(sizes), 'int64', type);
    return dims.length === 1 ? list : this.reshape(list, dims);
  }
}

/** Element types of tensors, with the numbers of the ONNX standard. */
export const elementTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
  uint4: 21,
  int4: 22,
} as const;
export type ElementType = keyof typeof elementTypes;

/** Where numbers are in a file: little-endian, densely packed. */
export interface FileRange {
  readonly file: string;
  readonly offset: number;
  readonly length: number;
}

/** A tensor that the graph itself holds. Its numbers are bytes in memory (little-endian), or still in a file. */
export interface Constant {
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: Uint8Array | FileRange;
}

/** An attribute of a node. */
export type Attribute =
  | { readonly kind: 'float' | 'int'; readonly value: number }
  | { readonly kind: 'floats' | 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensor'; readonly value: Constant }
  | { readonly kind: 'graph'; readonly value: Graph };

/** One operation. Values are named; an omitted optional input or output is the empty name. */
export interface Node {
  readonly operator: string;
  /** Empty for the operators of the ONNX standard. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** A value that enters or leaves a graph. A dimension is a size, or a name if it is not fixed. */
export interface Value {
  readonly name: string;
  /** Missing if it follows from the nodes. */
  readonly type?: ElementType;
  /** Missing if the rank is not stated. */
  readonly dims?: readonly (number | string)[];
  /** False for sequences, maps and so on. */
  readonly isTensor?: boolean;
}

/** A computation: nodes in an order in which they can run. */
export interface Graph {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly nodes: readonly Node[];
  readonly constants: ReadonlyMap<string, Constant>;
}

/** A graph with the versions of its operators. */
export interface Model {
  readonly graph: Graph;
  /** Version of each operator domain; the standard's is under the empty name. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly metadata: ReadonlyMap<string, string>;
  /** The folder with all files of constants. */
  readonly folder: string;
}

/** An integer attribute, or its default. */
export function intAttribute(node: Node, name: string, missing: number): number {
  const attribute = node.attributes[name];
  return attribute?.kind === 'int' ? attribute.value : missing;
}

/** A list of integers, or undefined if the node does not state it. */
export function intsAttribute(node: Node, name: string): readonly number[] | undefined {
  const attribute = node.attributes[name];
  return attribute?.kind === 'ints' ? attribute.value : undefined;
}

/** A float attribute, or its default. */
export function floatAttribute(node: Node, name: string, missing: number): number {
  const attribute = node.attributes[name];
  return attribute?.kind === 'float' ? attribute.value : missing;
}

/** A text attribute, or its default. */
export function stringAttribute(node: Node, name: string, missing: string): string {
  const attribute = node.attributes[name];
  return attribute?.kind === 'string' ? attribute.value : missing;
}

/** How many elements a tensor of these dimensions has. */
export function elementCount(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}

/** Bytes per element; half a byte for 4-bit types, which are packed in pairs; strings have no fixed size. */
export function bytesPerElement(type: Exclude<ElementType, 'string'>): number {
  switch (type) {
    case 'uint4':
    case 'int4':
      return 0.5;
    case 'uint8':
    case 'int8':
    case 'bool':
      return 1;
    case 'uint16':
    case 'int16':
    case 'float16':
    case 'bfloat16':
      return 2;
    case 'float64':
    case 'int64':
    case 'uint64':
      return 8;
    default:
      return 4;
  }
}

/** A constant of float32 numbers. */
export function floatConstant(values: ArrayLike<number>, dims: readonly number[] = [values.length]): Constant {
  return { type: 'float32', dims, data: new Uint8Array(Float32Array.from(values).buffer) };
}

/** A constant of int64 numbers. */
export function intConstant(values: readonly number[], dims: readonly number[] = [values.length]): Constant {
  return { type: 'int64', dims, data: new Uint8Array(BigInt64Array.from(values, BigInt).buffer) };
}

/** The only number of a float32 constant in memory; undefined for anything else. */
export function numberIn(value: string, graph: Graph): number | undefined {
  const constant = graph.constants.get(value);
  const isOne =
    constant?.data instanceof Uint8Array && constant.type === 'float32' && elementCount(constant.dims) === 1;
  return isOne ? numbersOf(constant)[0] : undefined;
}

/** The numbers of a constant in memory. @throws RangeError for types that have no numbers here. */
export function numbersOf({ type, data }: Constant): number[] {
  if (!(data instanceof Uint8Array)) throw new RangeError('the numbers of this constant are in a file');
  // Not slice(): for a Buffer it is a view of the whole memory.
  const bytes = new Uint8Array(data).buffer;
  switch (type) {
    case 'float32':
      return Array.from(new Float32Array(bytes));
    case 'float64':
      return Array.from(new Float64Array(bytes));
    case 'int64':
      return Array.from(new BigInt64Array(bytes), Number);
    case 'uint64':
      return Array.from(new BigUint64Array(bytes), Number);
    case 'int32':
      return Array.from(new Int32Array(bytes));
    case 'uint32':
      return Array.from(new Uint32Array(bytes));
    case 'int16':
      return Array.from(new Int16Array(bytes));
    case 'uint16':
      return Array.from(new Uint16Array(bytes));
    case 'int8':
      return Array.from(new Int8Array(bytes));
    case 'uint8':
    case 'bool':
      return Array.from(new Uint8Array(bytes));
    default:
      throw new RangeError(`numbers of type ${type} are not supported`);
  }
}

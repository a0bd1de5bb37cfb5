import {
  type Attribute,
  type Constant,
  elementCount,
  floatConstant,
  type Graph,
  intConstant,
  type Node,
} from './graph.ts';

/** Attributes as passed to a builder: a number is an integer, unless wrapped by `float`. */
export type AttributeValue = number | string | readonly number[] | Attribute;

/** A float attribute. */
export function float(value: number): Attribute {
  return { kind: 'float', value };
}

/** Collects nodes and constants under unused names; each method returns the name of the value that it creates. */
export class GraphBuilder {
  readonly nodes: Node[] = [];
  readonly constants = new Map<string, Constant>();
  /** Version of the standard's operators that the nodes use. */
  readonly opset: number;
  readonly #prefix: string;
  readonly #known = new Map<string, string>();
  #count = 0;

  /** @param prefix of all names; no other value of the graph may start with it. */
  constructor(opset: number, prefix: string) {
    this.opset = opset;
    this.#prefix = prefix;
  }

  /** A node with one output. */
  op(operator: string, inputs: readonly string[], attributes: Readonly<Record<string, AttributeValue>> = {}): string {
    return this.ops(operator, inputs, attributes, 1)[0] as string;
  }

  /** A node with several outputs. */
  ops(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>>,
    outputs: number,
  ): string[] {
    const names = Array.from({ length: outputs }, () => this.name(operator));
    const given = Object.entries(attributes).map(([name, value]) => [name, attributeOf(value)] as const);
    this.nodes.push({ operator, domain: '', inputs, outputs: names, attributes: Object.fromEntries(given) });
    return names;
  }

  /** A scalar, or a tensor of float32 numbers. */
  floats(values: number | ArrayLike<number>, dims?: readonly number[]): string {
    const constant = typeof values === 'number' ? floatConstant([values], []) : floatConstant(values, dims);
    return this.constant(constant);
  }

  /** A list of int64 numbers. */
  ints(values: readonly number[]): string {
    return this.constant(intConstant(values));
  }

  /** A constant; equal small ones are shared. */
  constant(constant: Constant): string {
    const key = constant.data instanceof Uint8Array && elementCount(constant.dims) <= 16 ? keyOf(constant) : undefined;
    const known = key === undefined ? undefined : this.#known.get(key);
    if (known !== undefined) return known;
    const name = this.name('constant');
    this.constants.set(name, constant);
    if (key !== undefined) this.#known.set(key, name);
    return name;
  }

  add(a: string, b: string): string {
    return this.op('Add', [a, b]);
  }

  sub(a: string, b: string): string {
    return this.op('Sub', [a, b]);
  }

  mul(a: string, b: string): string {
    return this.op('Mul', [a, b]);
  }

  div(a: string, b: string): string {
    return this.op('Div', [a, b]);
  }

  neg(a: string): string {
    return this.op('Neg', [a]);
  }

  /** The value times a number. */
  scale(value: string, factor: number): string {
    return factor === 1 ? value : this.mul(value, this.floats(factor));
  }

  /** `a` where the condition holds, else `b`. */
  where(condition: string, a: string, b: string): string {
    return this.op('Where', [condition, a, b]);
  }

  /** 1 where the condition holds, else 0. */
  mask(condition: string): string {
    return this.op('Cast', [condition], { to: 1 });
  }

  reshape(value: string, dims: readonly number[]): string {
    return this.op('Reshape', [value, this.ints(dims)]);
  }

  /** Repeats a value along the axes in which it has size 1. */
  expand(value: string, dims: readonly number[]): string {
    return this.op('Expand', [value, this.ints(dims)]);
  }

  zeros(dims: readonly number[]): string {
    return this.expand(this.floats(0), dims);
  }

  transpose(value: string, permutation: readonly number[]): string {
    return this.op('Transpose', [value], { perm: permutation });
  }

  /** Sum over axes; from version 13 on the standard takes them as an input. */
  reduceSum(value: string, axes: readonly number[], keepDims: boolean): string {
    // In the standard, no axes means all axes.
    if (axes.length === 0) return value;
    const keepdims = keepDims ? 1 : 0;
    return this.opset >= 13
      ? this.op('ReduceSum', [value, this.ints(axes)], { keepdims })
      : this.op('ReduceSum', [value], { axes, keepdims });
  }

  /** Mean over axes, which stay with size 1; from version 18 on the standard takes them as an input. */
  reduceMean(value: string, axes: readonly number[]): string {
    return this.opset >= 18
      ? this.op('ReduceMean', [value, this.ints(axes)], { keepdims: 1 })
      : this.op('ReduceMean', [value], { axes, keepdims: 1 });
  }

  /** Removes axes of size 1. */
  squeeze(value: string, axes: readonly number[]): string {
    return this.opset >= 13 ? this.op('Squeeze', [value, this.ints(axes)]) : this.op('Squeeze', [value], { axes });
  }

  /** Inserts axes of size 1, at their positions in the result. */
  unsqueeze(value: string, axes: readonly number[]): string {
    return this.opset >= 13 ? this.op('Unsqueeze', [value, this.ints(axes)]) : this.op('Unsqueeze', [value], { axes });
  }

  slice(
    value: string,
    starts: readonly number[],
    ends: readonly number[],
    axes: readonly number[],
    steps?: readonly number[],
  ): string {
    const bounds = [starts, ends, axes, ...(steps ? [steps] : [])].map((list) => this.ints(list));
    return this.op('Slice', [value, ...bounds]);
  }

  /** Zeros around a value: first those before each axis, then those after. Negative ones crop. */
  pad(value: string, pads: readonly number[]): string {
    return this.op('Pad', [value, this.ints(pads)]);
  }

  /** The softmax of a matrix's rows. */
  softmaxOfRows(value: string): string {
    return this.op('Softmax', [value], { axis: 1 });
  }

  /**
   * Undoes broadcasting: sums a value of shape `from` over the axes in which it is larger than `to`.
   * @returns a value of shape `to`.
   */
  sumTo(value: string, from: readonly number[], to: readonly number[]): string {
    const added = from.length - to.length;
    const axes = from.flatMap((size, axis) => (axis < added || (to[axis - added] === 1 && size !== 1) ? [axis] : []));
    if (axes.length === 0) return value;
    const sum = this.reduceSum(value, axes, true);
    return added > 0 ? this.reshape(sum, to) : sum;
  }

  /** A name that nothing else has. */
  name(what: string): string {
    return `${this.#prefix}${what}_${this.#count++}`;
  }
}

/** A prefix that no name in a graph starts with. */
export function freePrefix({ inputs, outputs, nodes, constants }: Graph, wish: string): string {
  const names = [
    ...[...inputs, ...outputs].map(({ name }) => name),
    ...nodes.flatMap(({ outputs }) => outputs),
    ...constants.keys(),
  ];
  let prefix = `${wish}/`;
  while (names.some((name) => name.startsWith(prefix))) prefix = `_${prefix}`;
  return prefix;
}

/** An attribute as a node holds it. */
export function attributeOf(value: AttributeValue): Attribute {
  if (typeof value === 'number') return { kind: 'int', value };
  if (typeof value === 'string') return { kind: 'string', value };
  return 'kind' in value ? value : { kind: 'ints', value };
}

function keyOf({ type, dims, data }: Constant): string {
  return `${type} ${dims.join('×')} ${Buffer.from(data as Uint8Array).toString('base64')}`;
}

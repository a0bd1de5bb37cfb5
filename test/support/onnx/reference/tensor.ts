import { elementCount } from '../../../../src/models/onnx/graph/graph.ts';

/** A tensor of the reference evaluator: whatever its type in the graph, its numbers are float64. */
export interface Tensor {
  readonly dims: readonly number[];
  readonly data: Float64Array;
}

export function tensor(dims: readonly number[], data: ArrayLike<number>): Tensor {
  if (data.length !== elementCount(dims))
    throw new RangeError(`${data.length} numbers do not fill [${dims.join(', ')}]`);
  return { dims, data: Float64Array.from(data) };
}

/** Makes a tensor from what is at each index. */
export function fill(dims: readonly number[], value: (index: readonly number[]) => number): Tensor {
  return tensor(dims, indices(dims).map(value));
}

/** All indices of a tensor, in the order of its numbers. */
export function indices(dims: readonly number[]): number[][] {
  return dims.reduce<number[][]>(
    (found, size) => found.flatMap((index) => Array.from({ length: size }, (_, next) => [...index, next])),
    [[]],
  );
}

/** Where an index is in a tensor's numbers. */
export function offset(dims: readonly number[], index: readonly number[]): number {
  return dims.reduce((sum, size, axis) => sum * size + (index[axis] as number), 0);
}

export function at({ dims, data }: Tensor, index: readonly number[]): number {
  return data[offset(dims, index)] as number;
}

/** The shape that shapes are broadcast to. */
export function broadcastDims(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((dims) => dims[axis - rank + dims.length] ?? 1);
    return sizes.find((size) => size !== 1) ?? 1;
  });
}

/** What a tensor holds for an index of the shape that it is broadcast to. */
export function atBroadcast(x: Tensor, index: readonly number[]): number {
  const last = index.slice(index.length - x.dims.length);
  return at(
    x,
    last.map((i, axis) => (x.dims[axis] === 1 ? 0 : i)),
  );
}

/** Position of an axis or an index that may count from the end. */
export function fromEnd(index: number, size: number): number {
  return index < 0 ? index + size : index;
}

/** An input that is not optional. */
export function given(x: Tensor | undefined): Tensor {
  if (x === undefined) throw new Error('an input is missing');
  return x;
}

/** Numbers of an input, if it is given. */
export function list(x: Tensor | undefined): number[] | undefined {
  return x && Array.from(x.data);
}

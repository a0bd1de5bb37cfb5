import { elementCount } from '../../../../src/models/onnx/graph.ts';

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

import { bytesPerElement, type Constant, type ElementType } from '../../onnx/graph/graph.ts';

const arrays = new Map<number, Uint8ArrayConstructor | Uint16ArrayConstructor | Uint32ArrayConstructor>([
  [1, Uint8Array],
  [2, Uint16Array],
  [4, Uint32Array],
]);

/** A constant in memory with its axes in another order. */
export function transposed(constant: Constant, permutation: readonly number[]): Constant {
  const { type, dims } = constant;
  const strides = dims.map((_, axis) => dims.slice(axis + 1).reduce((a, b) => a * b, 1));
  const target = permutation.map((axis) => dims[axis] as number);
  const steps = permutation.map((axis) => strides[axis] as number);
  // Not slice(): for a Buffer it is a view of the whole memory.
  const bytes = new Uint8Array(constant.data as Uint8Array).buffer;
  const Numbers = arrays.get(bytesPerElement(type as Exclude<ElementType, 'string'>));
  const source = Numbers === undefined ? new BigUint64Array(bytes) : new Numbers(bytes);
  const result = new (source.constructor as new (length: number) => typeof source)(source.length);
  const index = target.map(() => 0);
  let at = 0;
  for (let i = 0; i < result.length; i++) {
    result[i] = source[at] as never;
    for (let axis = target.length - 1; axis >= 0; axis--) {
      at += steps[axis] as number;
      if (++(index[axis] as number) < (target[axis] as number)) break;
      at -= (steps[axis] as number) * (target[axis] as number);
      index[axis] = 0;
    }
  }
  return { type, dims: target, data: new Uint8Array(result.buffer) };
}

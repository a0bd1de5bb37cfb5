import { intAttribute, intsAttribute, type Node, stringAttribute } from '../../../../src/models/onnx/graph/graph.ts';
import { indices } from './tensor.ts';

/** Where the windows of a convolution or a pool lie. */
export interface Windows {
  /** How many there are along each axis. */
  readonly dims: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Offsets in a window, and the position in the input that a window's offset is at. */
  readonly offsets: readonly (readonly number[])[];
  position(window: readonly number[], offset: readonly number[]): number[];
}

export function windowsOf(node: Node, input: readonly number[], kernel: readonly number[]): Windows {
  const rank = kernel.length;
  const of = (list: readonly number[], axis: number) => list[axis] as number;
  const strides = intsAttribute(node, 'strides') ?? kernel.map(() => 1);
  const dilations = intsAttribute(node, 'dilations') ?? kernel.map(() => 1);
  const covered = kernel.map((size, axis) => (size - 1) * of(dilations, axis) + 1);
  const stated = intsAttribute(node, 'pads') ?? [...kernel, ...kernel].map(() => 0);
  const autoPad = stringAttribute(node, 'auto_pad', 'NOTSET');
  const ceils = intAttribute(node, 'ceil_mode', 0) === 1;
  const along = kernel.map((_, axis) => {
    const [size, stride, reach] = [of(input, axis), of(strides, axis), of(covered, axis)];
    if (autoPad.startsWith('SAME')) {
      const count = Math.ceil(size / stride);
      const total = Math.max(0, (count - 1) * stride + reach - size);
      const before = autoPad === 'SAME_UPPER' ? Math.floor(total / 2) : Math.ceil(total / 2);
      return { count, before, after: total - before };
    }
    const [before, after] = autoPad === 'VALID' ? [0, 0] : [of(stated, axis), of(stated, axis + rank)];
    const steps = (size + before + after - reach) / stride;
    if (!ceils) return { count: Math.floor(steps) + 1, before, after };
    // A window that rounding up adds is left out where it would start in the padding.
    const count = Math.ceil(steps) + 1;
    return { count: (count - 1) * stride >= size + before ? count - 1 : count, before, after };
  });
  return {
    dims: along.map(({ count }) => count),
    before: along.map(({ before }) => before),
    after: along.map(({ after }) => after),
    offsets: indices(kernel),
    position: (window, offset) =>
      offset.map(
        (step, axis) =>
          of(window, axis) * of(strides, axis) + step * of(dilations, axis) - (along[axis]?.before as number),
      ),
  };
}

export function isInside(position: readonly number[], dims: readonly number[]): boolean {
  return position.every((i, axis) => i >= 0 && i < (dims[axis] as number));
}

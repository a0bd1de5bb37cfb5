import { intAttribute, intsAttribute, type Node } from '../../../../src/models/onnx/graph/graph.ts';
import type { Operator } from './operator.ts';
import { at, fill, given, offset, type Tensor } from './tensor.ts';
import { isInside, windowsOf } from './windows.ts';

/** What a pool makes of the elements in each window; `size` counts those in the padding too. */
function overWindows(
  input: Tensor | undefined,
  node: Node,
  f: (values: readonly number[], positions: readonly number[], size: number) => number,
): Tensor {
  const x = given(input);
  const [images = 0, channels = 0, ...spatial] = x.dims;
  const windows = windowsOf(node, spatial, intsAttribute(node, 'kernel_shape') as readonly number[]);
  const padded = spatial.map((size, axis) => size + (windows.before[axis] as number) + (windows.after[axis] as number));
  return fill([images, channels, ...windows.dims], ([image = 0, channel = 0, ...window]) => {
    const all = windows.offsets.map((step) => windows.position(window, step));
    const inside = all
      .filter((position) => isInside(position, spatial))
      .map((position) => [image, channel, ...position]);
    const inPadding = all.filter((position) =>
      isInside(
        position.map((i, axis) => i + (windows.before[axis] as number)),
        padded,
      ),
    );
    return f(
      inside.map((index) => at(x, index)),
      inside.map((index) => offset(x.dims, index)),
      inPadding.length,
    );
  });
}

function overAll(input: Tensor | undefined, f: (values: readonly number[]) => number): Tensor {
  const x = given(input);
  const [images = 0, channels = 0, ...spatial] = x.dims;
  const size = spatial.reduce((a, b) => a * b, 1);
  return fill([images, channels, ...spatial.map(() => 1)], ([image = 0, channel = 0]) => {
    const start = (image * channels + channel) * size;
    return f(Array.from(x.data.slice(start, start + size)));
  });
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const norm = (values: readonly number[], node: Node) => {
  const p = intAttribute(node, 'p', 2);
  return sum(values.map((value) => Math.abs(value) ** p)) ** (1 / p);
};

export const pooling: Readonly<Record<string, Operator>> = {
  /** The second output says where the maximum is in the whole input, the first of equals. */
  MaxPool: ([x], node) => [
    overWindows(x, node, (values) => Math.max(...values)),
    overWindows(x, node, (values, positions) => positions[values.indexOf(Math.max(...values))] as number),
  ],
  AveragePool: ([x], node) => [
    overWindows(
      x,
      node,
      (values, _, size) => sum(values) / (intAttribute(node, 'count_include_pad', 0) ? size : values.length),
    ),
  ],
  LpPool: ([x], node) => [overWindows(x, node, (values) => norm(values, node))],
  GlobalMaxPool: ([x]) => [overAll(x, (values) => Math.max(...values))],
  GlobalAveragePool: ([x]) => [overAll(x, (values) => sum(values) / values.length)],
  GlobalLpPool: ([x], node) => [overAll(x, (values) => norm(values, node))],
};

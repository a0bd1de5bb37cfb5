import { elementCount } from '../../../../src/models/onnx/graph/graph.ts';
import type { Operator } from './operator.ts';
import { at, given, indices, list, offset, tensor } from './tensor.ts';
import { isInside, windowsOf } from './windows.ts';

export const columns: Readonly<Record<string, Operator>> = {
  /** Every column is added to the window of the image that it stands for. */
  Col2Im: ([input, image, block], node) => {
    const x = given(input);
    const [sides, kernel] = [list(image) ?? [], list(block) ?? []];
    const [images = 0, rows = 0] = x.dims;
    const channels = rows / elementCount(kernel);
    const windows = windowsOf(node, sides, kernel);
    const dims = [images, channels, ...sides];
    const y = new Float64Array(elementCount(dims));
    for (const [n = 0, c = 0, ...window] of indices([images, channels, ...windows.dims])) {
      for (const step of windows.offsets) {
        const position = windows.position(window, step);
        if (!isInside(position, sides)) continue;
        const target = offset(dims, [n, c, ...position]);
        const row = c * elementCount(kernel) + offset(kernel, step);
        y[target] = (y[target] as number) + at(x, [n, row, offset(windows.dims, window)]);
      }
    }
    return [tensor(dims, y)];
  },
};

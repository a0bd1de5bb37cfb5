import {
  elementTypes,
  floatAttribute,
  intAttribute,
  intsAttribute,
  type Node,
  stringAttribute,
} from '../../../../src/models/onnx/graph/graph.ts';
import type { Operator } from './operator.ts';
import { at, fill, fromEnd, given, list } from './tensor.ts';

/** How an axis is interpolated. */
interface Axis {
  readonly size: number;
  readonly resized: number;
  readonly scale: number;
  /** The part of the axis that is taken, for tf_crop_and_resize. */
  readonly from: number;
  readonly to: number;
}

/** Where a resized pixel lies in the original, in the words of the standard. */
const coordinates: Record<string, (x: number, axis: Axis) => number> = {
  half_pixel: (x, { scale }) => (x + 0.5) / scale - 0.5,
  half_pixel_symmetric: (x, { size, resized, scale }) => {
    const adjustment = resized / (scale * size);
    return (size / 2) * (1 - adjustment) + (x + 0.5) / scale - 0.5;
  },
  pytorch_half_pixel: (x, { resized, scale }) => (resized > 1 ? (x + 0.5) / scale - 0.5 : 0),
  align_corners: (x, { size, resized }) => (resized === 1 ? 0 : (x * (size - 1)) / (resized - 1)),
  asymmetric: (x, { scale }) => x / scale,
  tf_crop_and_resize: (x, { size, resized, from, to }) =>
    resized > 1 ? from * (size - 1) + (x * (to - from) * (size - 1)) / (resized - 1) : 0.5 * (from + to) * (size - 1),
};

const nearest: Record<string, (x: number) => number> = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

/** Keys' cubic convolution kernel. */
function cubic(distance: number, a: number): number {
  const t = Math.abs(distance);
  if (t < 1) return ((a + 2) * t - (a + 3)) * t * t + 1;
  return t < 2 ? a * (((t - 5) * t + 8) * t - 4) : 0;
}

/** Which pixels a resized one is made of, and their weights; none where it lies outside of a crop. */
function weightsOf(node: Node, resized: number, axis: Axis): { readonly index: number; readonly weight: number }[] {
  const coordinateMode = stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel');
  const x = coordinates[coordinateMode]?.(resized, axis) as number;
  if (coordinateMode === 'tf_crop_and_resize' && (x < 0 || x > axis.size - 1)) return [];
  const inside = (index: number) => Math.min(Math.max(index, 0), axis.size - 1);
  const mode = stringAttribute(node, 'mode', 'nearest');
  if (mode === 'nearest') {
    const rounded = nearest[stringAttribute(node, 'nearest_mode', 'round_prefer_floor')]?.(x) as number;
    return [{ index: inside(rounded), weight: 1 }];
  }
  const a = floatAttribute(node, 'cubic_coeff_a', -0.75);
  const kernel = mode === 'linear' ? (t: number) => Math.max(0, 1 - Math.abs(t)) : (t: number) => cubic(t, a);
  // Against aliasing the kernel is as wide as the pixels that are merged.
  const width = intAttribute(node, 'antialias', 0) ? Math.max(1, 1 / axis.scale) : 1;
  const reach = (mode === 'linear' ? 1 : 2) * width;
  const excludes = intAttribute(node, 'exclude_outside', 0) === 1;
  const taken: { index: number; weight: number }[] = [];
  for (let index = Math.floor(x - reach); index <= Math.ceil(x + reach); index++) {
    const weight = kernel((x - index) / width);
    if (excludes && inside(index) !== index) continue;
    taken.push({ index: inside(index), weight });
  }
  const total = excludes || width > 1 ? taken.reduce((sum, { weight }) => sum + weight, 0) : 1;
  return taken.map(({ index, weight }) => ({ index, weight: weight / total }));
}

export const resize: Readonly<Record<string, Operator>> = {
  Resize: ([input, roiInput, scales, sizes], node) => {
    const x = given(input);
    const axes = (intsAttribute(node, 'axes') ?? x.dims.map((_, axis) => axis)).map((axis) =>
      fromEnd(axis, x.dims.length),
    );
    const roi = list(roiInput);
    const along = x.dims.map((size, axis): Axis => {
      const i = axes.indexOf(axis);
      if (i < 0) return { size, resized: size, scale: 1, from: 0, to: 1 };
      const [from, to] = roi?.length ? [roi[i] as number, roi[i + axes.length] as number] : [0, 1];
      const resized = sizes ? (sizes.data[i] as number) : Math.floor(size * (scales?.data[i] as number));
      return { size, resized, scale: sizes ? resized / size : (scales?.data[i] as number), from, to };
    });
    // One axis after another: each element is a weighted sum along the axis.
    return [
      along.reduce((value, axis, position) => {
        const weights = Array.from({ length: axis.resized }, (_, i) => weightsOf(node, i, axis));
        const dims = value.dims.map((size, i) => (i === position ? axis.resized : size));
        return fill(dims, (index) =>
          (weights[index[position] as number] ?? []).reduce((sum, { index: i, weight }) => {
            return sum + weight * at(value, replaced(index, position, i));
          }, 0),
        );
      }, x),
    ];
  },
  EyeLike: ([input], node) => {
    const { dims } = given(input);
    const type = intAttribute(node, 'dtype', elementTypes.float32);
    if (type !== elementTypes.float32) throw new Error('EyeLike: only float32 is made here');
    return [fill(dims, ([row, column]) => Number(row === column))];
  },
};

function replaced(index: readonly number[], axis: number, value: number): number[] {
  return index.map((old, position) => (position === axis ? value : old));
}

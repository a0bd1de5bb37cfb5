import { intAttribute, intsAttribute, type Node, stringAttribute } from '../../graph/graph.ts';
import type { GraphBuilder } from '../../graph/graphBuilder.ts';
import type { Rule, RuleContext } from '../rule.ts';

/** Geometry of a convolution's windows, one entry per spatial axis. */
interface Geometry {
  readonly groups: number;
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** From a window's first element to its last. */
  readonly reach: readonly number[];
  /** Where the first window starts, counted outward from the first element. */
  readonly before: readonly number[];
}

/** A value and its dimensions. */
type Sized = readonly [value: string, dims: readonly number[]];

/** Pixels have at most so many channels. ONNX Runtime's blocked layout would fill them up to 16. */
const mostOfPixels = 4;

/** Convolutions and transposed ones are each other's gradient (Dumoulin & Visin 2016, ch. 4). */
export const convolution: Readonly<Record<string, Rule>> = {
  Conv: (context) => {
    const { node, dy, inputs, outputs, shape, build } = context;
    const [x = '', w = ''] = inputs;
    const [y = ''] = outputs;
    const [small, large] = [shape(y).slice(2), shape(x).slice(2)];
    const geometry = geometryOf(node, shape(w).slice(2), small, large);
    const back = fastest(geometry, shape(w));
    return [
      context.wanted[0] ? back(dy, w, shape(w), geometry, small, large, build) : undefined,
      context.wanted[1] ? correlate([dy, shape(y)], [x, shape(x)], geometry, build) : undefined,
      context.wanted[2] ? ofBias(context) : undefined,
    ];
  },
  ConvTranspose: (context) => {
    const { node, dy, inputs, outputs, shape, build } = context;
    const [x = '', w = ''] = inputs;
    const [y = ''] = outputs;
    const [small, large] = [shape(x).slice(2), shape(y).slice(2)];
    const geometry = geometryOf(node, shape(w).slice(2), small, large);
    const { before } = geometry;
    return [
      context.wanted[0] ? convolve(dy, w, geometry, before, restOf(geometry, small, large), build) : undefined,
      context.wanted[1] ? correlate([x, shape(x)], [dy, shape(y)], geometry, build) : undefined,
      context.wanted[2] ? ofBias(context) : undefined,
    ];
  },
};

/**
 * Windows of a convolution from `large` to `small` sizes, or of the transposed one from `small` to `large`. If the node
 * leaves the pads open, they are split in half, and an odd one goes to the end for SAME_UPPER only.
 */
function geometryOf(
  node: Node,
  kernel: readonly number[],
  small: readonly number[],
  large: readonly number[],
): Geometry {
  const all = (value: number) => kernel.map(() => value);
  const strides = intsAttribute(node, 'strides') ?? all(1);
  const dilations = intsAttribute(node, 'dilations') ?? all(1);
  const reach = kernel.map((size, axis) => (size - 1) * at(dilations, axis));
  const autoPad = stringAttribute(node, 'auto_pad', 'NOTSET');
  const isOpen = autoPad.startsWith('SAME') || node.attributes.output_shape !== undefined;
  const more = intsAttribute(node, 'output_padding') ?? all(0);
  const half = autoPad === 'SAME_UPPER' ? Math.floor : Math.ceil;
  const open = small.map((size, axis) => {
    const covered = (size - 1) * at(strides, axis) + at(reach, axis) + 1 + at(more, axis);
    return half(Math.max(0, covered - at(large, axis)) / 2);
  });
  const stated = autoPad === 'VALID' ? undefined : intsAttribute(node, 'pads')?.slice(0, kernel.length);
  const before = isOpen ? open : (stated ?? all(0));
  return { groups: intAttribute(node, 'group', 1), kernel, strides, dilations, reach, before };
}

/** What the windows need after the last element: negative if no window reaches the end. */
function restOf(
  { strides, reach, before }: Geometry,
  small: readonly number[],
  large: readonly number[],
): readonly number[] {
  return small.map((size, i) => (size - 1) * at(strides, i) + at(reach, i) + 1 - at(before, i) - at(large, i));
}

/**
 * The gradient of the weights: each is the product of `small` with what it met in `large`: a convolution of `large` by
 * `small`, with images and channels swapped, and strides and dilations swapped.
 * @param small the values on the side of the windows, [images, channels, …].
 * @param large those that the windows slide over.
 * @returns [channels of small, channels of large in a group, …kernel].
 */
function correlate(
  [small, [images = 1, , ...windows]]: Sized,
  [large, [, channels = 1, ...sides]]: Sized,
  geometry: Geometry,
  build: GraphBuilder,
): string {
  const { groups, kernel, strides, dilations, before } = geometry;
  const axes = kernel.map((_, axis) => axis);
  const perGroup = channels / groups;
  const grouped = build.reshape(large, [images, groups, perGroup, ...sides]);
  const byChannel = build.transpose(grouped, [2, 1, 0, ...axes.map((axis) => axis + 3)]);
  const kernels = build.transpose(small, [1, 0, ...axes.map((axis) => axis + 2)]);
  const crossed = convolve(
    build.reshape(byChannel, [perGroup, groups * images, ...sides]),
    kernels,
    { groups, kernel: windows, strides: dilations, dilations: strides },
    before,
    restOf(geometry, windows, sides),
    build,
  );
  // [channels of large in a group, channels of small, …kernel]
  return build.transpose(crossed, [1, 0, ...axes.map((axis) => axis + 2)]);
}

function ofBias({ dy, outputs: [y = ''], shape, build }: RuleContext): string {
  return build.reduceSum(
    dy,
    shape(y).flatMap((_, axis) => (axis === 1 ? [] : [axis])),
    false,
  );
}

/**
 * Which of the ways to the same gradient is the fastest. Convolving keeps ONNX Runtime's blocked layout, but needs a dy
 * without gaps: zeros in between cost little where each channel has a kernel of its own.
 */
function fastest(
  { groups, strides }: Geometry,
  [outputs, perGroup = 0, ...kernel]: readonly number[],
): typeof convolveTurned {
  if (groups * perGroup <= mostOfPixels) return transpose;
  if (strides.every((stride) => stride === 1)) return convolveTurned;
  return groups === outputs && perGroup === 1 && kernel.length === 2 ? convolveStuffed : transpose;
}

/** For stride 1: a convolution of dy with the kernels flipped, and input and output channels swapped. */
function convolveTurned(
  dy: string,
  w: string,
  [outputs = 0, perGroup = 0]: readonly number[],
  { groups, kernel, dilations, reach, before }: Geometry,
  small: readonly number[],
  large: readonly number[],
  build: GraphBuilder,
): string {
  const axes = kernel.map((_, axis) => axis);
  const grouped = build.reshape(w, [groups, outputs / groups, perGroup, ...kernel]);
  const exchanged = build.transpose(grouped, [0, 2, 1, ...axes.map((axis) => axis + 3)]);
  const merged = build.reshape(exchanged, [groups * perGroup, outputs / groups, ...kernel]);
  const turned = kernel.every((size) => size === 1) ? merged : turn(merged, kernel, build);
  const start = reach.map((size, axis) => size - at(before, axis));
  const end = large.map((size, axis) => size + at(reach, axis) - at(small, axis) - at(start, axis));
  const strides = kernel.map(() => 1);
  return convolve(dy, turned, { groups, kernel, strides, dilations }, start, end, build);
}

function turn(w: string, kernel: readonly number[], build: GraphBuilder): string {
  const axes = kernel.map((_, axis) => axis + 2);
  const all = (value: number) => kernel.map(() => value);
  return build.slice(w, all(-1), all(Number.MIN_SAFE_INTEGER), axes, all(-1));
}

/** A convolution whose pads may be negative, meaning a crop, which ONNX does not allow. */
function convolve(
  value: string,
  w: string,
  { groups, kernel, strides, dilations }: Pick<Geometry, 'groups' | 'kernel' | 'strides' | 'dilations'>,
  before: readonly number[],
  after: readonly number[],
  build: GraphBuilder,
): string {
  const crop = (pads: readonly number[]) => [0, 0, ...pads.map((pad) => Math.min(0, pad))];
  const cropped = [...before, ...after].some((pad) => pad < 0)
    ? build.pad(value, [...crop(before), ...crop(after)])
    : value;
  const pads = [...before, ...after].map((pad) => Math.max(0, pad));
  return build.op('Conv', [cropped, w], { group: groups, kernel_shape: kernel, strides, dilations, pads });
}

/** For larger strides in a plane: the same, with dy moved apart and zeros in between. */
function convolveStuffed(
  dy: string,
  w: string,
  dims: readonly number[],
  geometry: Geometry,
  small: readonly number[],
  large: readonly number[],
  build: GraphBuilder,
): string {
  const { strides } = geometry;
  const [height = 0, width = 0] = small.map((size, axis) => size * at(strides, axis));
  const repeated = build.op('Resize', [dy, '', build.floats([1, 1, ...strides], [4])], {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  });
  const isFirst = (index: number, axis: number) => index % at(strides, axis) === 0;
  const firsts = Float32Array.from({ length: height * width }, (_, i) =>
    isFirst(Math.floor(i / width), 0) && isFirst(i % width, 1) ? 1 : 0,
  );
  const stuffed = build.mul(repeated, build.floats(firsts, [1, 1, height, width]));
  return convolveTurned(stuffed, w, dims, geometry, [height, width], large, build);
}

/** The transposed convolution, which spreads each dy over its window. */
function transpose(
  dy: string,
  w: string,
  _: readonly number[],
  { groups, kernel, strides, dilations, reach, before }: Geometry,
  small: readonly number[],
  large: readonly number[],
  build: GraphBuilder,
): string {
  // Elements after the last window get zeros, and elements beyond the end are cut off.
  const left = small.map((size, i) => at(large, i) + at(before, i) - ((size - 1) * at(strides, i) + at(reach, i) + 1));
  return build.op('ConvTranspose', [dy, w], {
    group: groups,
    kernel_shape: kernel,
    strides,
    dilations,
    pads: [...before, ...left.map((size) => Math.max(0, -size))],
    output_padding: left.map((size) => Math.max(0, size)),
  });
}

function at(list: readonly number[], index: number): number {
  return list[index] as number;
}

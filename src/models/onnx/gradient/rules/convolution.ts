import { intAttribute, intsAttribute, type Node, stringAttribute } from '../../graph.ts';
import type { GraphBuilder } from '../../graphBuilder.ts';
import type { Rule } from '../rule.ts';

/** Strides, dilations and pads of a convolution, an entry for each spatial axis. */
interface Geometry {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Convolutions: the gradient is a convolution with the kernels turned around (Dumoulin & Visin 2016, ch. 4). */
export const convolution: Readonly<Record<string, Rule>> = {
  Conv: ({ node, dy, inputs: [x = '', w = ''], outputs: [y = ''], shape, build }) => {
    const geometry = geometryOf(node, shape(x).slice(2), shape(y).slice(2), shape(w).slice(2));
    const groups = intAttribute(node, 'group', 1);
    if (geometry.strides.every((stride) => stride === 1)) {
      return [withTurnedKernels(dy, w, shape(w), groups, geometry, build)];
    }
    return [transposed(dy, w, groups, geometry, shape(x).slice(2), shape(y).slice(2), build)];
  },
};

function geometryOf(
  node: Node,
  input: readonly number[],
  output: readonly number[],
  kernel: readonly number[],
): Geometry {
  const ones = input.map(() => 1);
  const strides = intsAttribute(node, 'strides') ?? ones;
  const dilations = intsAttribute(node, 'dilations') ?? ones;
  const pads = intsAttribute(node, 'pads') ?? [...input, ...input].map(() => 0);
  const autoPad = stringAttribute(node, 'auto_pad', 'NOTSET');
  if (autoPad === 'NOTSET' || autoPad === 'VALID') {
    const none = autoPad === 'VALID';
    const rank = input.length;
    return {
      kernel,
      strides,
      dilations,
      before: none ? input.map(() => 0) : pads.slice(0, rank),
      after: none ? input.map(() => 0) : pads.slice(rank),
    };
  }
  const total = input.map((size, axis) => {
    const reach = (at(kernel, axis) - 1) * at(dilations, axis) + 1;
    return Math.max(0, (at(output, axis) - 1) * at(strides, axis) + reach - size);
  });
  const less = total.map((pad) => Math.floor(pad / 2));
  const more = total.map((pad, axis) => pad - at(less, axis));
  const upper = autoPad === 'SAME_UPPER';
  return { kernel, strides, dilations, before: upper ? less : more, after: upper ? more : less };
}

/** For stride 1: a convolution of dy with the kernels flipped, and input and output channels exchanged in each group. */
function withTurnedKernels(
  dy: string,
  w: string,
  [outputs = 0, perGroup = 0, ...kernel]: readonly number[],
  groups: number,
  { dilations, before, after }: Geometry,
  build: GraphBuilder,
): string {
  const axes = kernel.map((_, axis) => axis);
  const grouped = build.reshape(w, [groups, outputs / groups, perGroup, ...kernel]);
  const exchanged = build.transpose(grouped, [0, 2, 1, ...axes.map((axis) => axis + 3)]);
  const merged = build.reshape(exchanged, [groups * perGroup, outputs / groups, ...kernel]);
  const turned = kernel.every((size) => size === 1) ? merged : flip(merged, kernel, build);
  const reach = kernel.map((size, axis) => (size - 1) * at(dilations, axis));
  const pads = [before, after].flatMap((side) => axes.map((axis) => at(reach, axis) - at(side, axis)));
  // What lies so far out that only padding was seen there is cut off first: pads of a convolution cannot be negative.
  const cut = pads.map((pad) => Math.min(0, pad));
  const seen = cut.some((pad) => pad < 0)
    ? build.pad(dy, [0, 0, ...cut.slice(0, kernel.length), 0, 0, ...cut.slice(kernel.length)])
    : dy;
  return build.op('Conv', [seen, turned], {
    group: groups,
    dilations,
    pads: pads.map((pad) => Math.max(0, pad)),
    kernel_shape: kernel,
  });
}

function flip(w: string, kernel: readonly number[], build: GraphBuilder): string {
  const axes = kernel.map((_, axis) => axis + 2);
  const all = (value: number) => kernel.map(() => value);
  return build.slice(w, all(-1), all(Number.MIN_SAFE_INTEGER), axes, all(-1));
}

/** For larger strides: the transposed convolution, which spreads each dy over what it was computed from. */
function transposed(
  dy: string,
  w: string,
  groups: number,
  { kernel, strides, dilations, before, after }: Geometry,
  input: readonly number[],
  output: readonly number[],
  build: GraphBuilder,
): string {
  const reached = output.map(
    (size, axis) =>
      (size - 1) * at(strides, axis) +
      (at(kernel, axis) - 1) * at(dilations, axis) +
      1 -
      at(before, axis) -
      at(after, axis),
  );
  return build.op('ConvTranspose', [dy, w], {
    group: groups,
    strides,
    dilations,
    pads: [...before, ...after],
    output_padding: input.map((size, axis) => size - at(reached, axis)),
    kernel_shape: kernel,
  });
}

function at(list: readonly number[], index: number): number {
  return list[index] as number;
}

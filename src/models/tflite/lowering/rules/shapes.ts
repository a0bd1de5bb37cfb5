import { broadcast } from '../../../broadcast.ts';
import { CannotLower } from '../../../cannotLower.ts';
import { elementCount } from '../../../onnx/graph/graph.ts';
import { type Call, inOrder, type Lowered, placeOf, type Rule } from '../call.ts';

/** The same numbers in other dimensions, one of which may be −1, which stands for the rest. */
const reshaped: Rule = (call) => {
  const sizes = call.sizes(1);
  const rest = elementCount(call.x.dims) / elementCount(sizes.filter((size) => size !== -1));
  return call.reshaped(
    call.x,
    sizes.map((size) => (size === -1 ? rest : size)),
  );
};

/** Without axes of size 1, or with more of them: as the file says. */
const sameNumbers: Rule = (call) => call.reshaped(call.x, call.result.dims);

/** From an image with its channels first to one with its channels last, and back, which may take no node at all. */
const toLast = '0,2,3,1';
const toFirst = '0,3,1,2';

const permuted: Rule = (call) => {
  const { x } = call;
  const order = call.axes(1);
  if (new Set(order).size !== x.dims.length) throw new CannotLower(`it has no order ${order.join(', ')}`);
  const dims = order.map((axis) => x.dims[axis] as number);
  if (`${order}` === toLast && !x.channelsFirst) return call.giveImage(x.value, dims, x.type);
  if (`${order}` === toFirst && x.channelsFirst) return call.give(x.value, dims, x.type);
  return call.give(call.build.transpose(call.last(x), order), dims, x.type);
};

const joined: Rule = (call) => {
  const parts = call.inputs();
  const [{ dims, type }] = parts as readonly [Lowered];
  const axis = call.axis(call.option('axis'), dims.length);
  const rest = (x: Lowered) => `${x.type} ${x.dims.toSpliced(axis, 1)}`;
  if (parts.some((part) => part.dims.length !== dims.length || rest(part) !== rest(parts[0] as Lowered))) {
    throw new CannotLower('its inputs do not fit together');
  }
  const channelsFirst = parts.some((part) => part.channelsFirst);
  const values = parts.map((part) => (channelsFirst ? call.first(part) : call.last(part)));
  const size = parts.reduce((sum, part) => sum + (part.dims[axis] as number), 0);
  const all: Lowered = { value: '', dims: dims.with(axis, size), channelsFirst, type };
  return { ...all, value: call.build.op('Concat', values, { axis: placeOf(axis, all) }) };
};

const stacked: Rule = (call) => {
  const parts = call.inputs();
  const [{ dims, type }] = parts as readonly [Lowered];
  const axis = call.axis(call.option('axis'), dims.length + 1);
  if (parts.some((part) => `${part.type} ${part.dims}` !== `${type} ${dims}`)) {
    throw new CannotLower('its inputs do not fit together');
  }
  const values = parts.map((part) => call.build.unsqueeze(call.last(part), [axis]));
  return call.give(call.build.op('Concat', values, { axis }), dims.toSpliced(axis, 0, parts.length), type);
};

/** Repeats axes of size 1. */
const expanded: Rule = (call) => {
  const dims = call.sizes(1);
  if (`${broadcast(call.x.dims, dims)}` !== `${dims}`) {
    throw new CannotLower(`[${call.x.dims.join(', ')}] cannot be repeated to [${dims.join(', ')}]`);
  }
  return call.give(call.build.expand(call.last(call.x), dims), dims, call.x.type);
};

const repeated: Rule = (call) => {
  const { x } = call;
  const counts = call.numbers(1);
  if (counts.length !== x.dims.length || counts.some((count) => count < 1)) {
    throw new CannotLower(`it repeats [${x.dims.join(', ')}] by [${counts.join(', ')}]`);
  }
  const value = call.build.op('Tile', [x.value, call.build.ints(inOrder(counts, x))]);
  return { ...x, value, dims: x.dims.map((size, axis) => size * (counts[axis] as number)) };
};

/** Blocks of pixels that become channels, or the reverse: in both, a pixel's place in its block comes before its channel. */
function rearranged(call: Call, operator: string, factor: (block: number) => number): Lowered {
  const { x } = call;
  const block = call.option('blockSize');
  const [images = 0, height = 0, width = 0, channels = 0] = x.dims;
  if (block < 1) throw new CannotLower(`its blocks have the size ${block}`);
  const [side, depth] = [factor(block), factor(block) ** 2];
  const value = call.build.op(operator, [call.first(x)], { blocksize: block });
  return call.giveImage(value, [images, height * side, width * side, channels / depth]);
}

/** Moves blocks of pixels to other images, which a dilated convolution once was made of. */
const toBatch: Rule = (call) => {
  const { x, build } = call;
  const [block, pads] = [call.numbers(1), call.numbers(2)];
  const { images, spatial, channels } = partsOf(x, block);
  const [before, after] = [0, 1].map((side) => block.map((_, axis) => pads[2 * axis + side] ?? 0)) as [
    number[],
    number[],
  ];
  const sizes = spatial.map((size, axis) => size + (before[axis] as number) + (after[axis] as number));
  const padded = build.pad(call.last(x), [0, ...before, 0, 0, ...after, 0]);
  const cut = sizes.flatMap((size, axis) => [size / (block[axis] as number), block[axis] as number]);
  const axes = block.map((_, axis) => axis);
  const order = [...axes.map((axis) => 2 * axis + 2), 0, ...axes.map((axis) => 2 * axis + 1), 2 * block.length + 1];
  const turned = build.transpose(build.reshape(padded, [images, ...cut, channels]), order);
  const dims = [images * elementCount(block), ...axes.map((axis) => cut[2 * axis] as number), channels];
  return call.give(build.reshape(turned, dims), dims, x.type);
};

const fromBatch: Rule = (call) => {
  const { x, build } = call;
  const [block, crops] = [call.numbers(1), call.numbers(2)];
  const { images, spatial, channels } = partsOf(x, block);
  const axes = block.map((_, axis) => axis);
  const order = [block.length, ...axes.flatMap((axis) => [block.length + 1 + axis, axis]), 2 * block.length + 1];
  const each = images / elementCount(block);
  const turned = build.transpose(build.reshape(call.last(x), [...block, each, ...spatial, channels]), order);
  const sizes = spatial.map((size, axis) => size * (block[axis] as number));
  const whole = build.reshape(turned, [each, ...sizes, channels]);
  const [starts, ends] = [
    axes.map((axis) => crops[2 * axis] ?? 0),
    axes.map((axis) => (sizes[axis] as number) - (crops[2 * axis + 1] ?? 0)),
  ];
  const value = build.slice(
    whole,
    starts,
    ends,
    axes.map((axis) => axis + 1),
  );
  const dims = [each, ...axes.map((axis) => (ends[axis] as number) - (starts[axis] as number)), channels];
  return call.give(value, dims, x.type);
};

function partsOf({ dims }: Lowered, block: readonly number[]) {
  const [images = 0, ...rest] = dims;
  if (rest.length !== block.length + 1)
    throw new CannotLower(`its blocks [${block.join(', ')}] do not fit [${dims.join(', ')}]`);
  return { images, spatial: rest.slice(0, -1), channels: rest.at(-1) as number };
}

/** Other orders and dimensions of the same numbers, and tensors that follow from shapes alone. */
export const shapes: Readonly<Record<string, Rule>> = {
  RESHAPE: reshaped,
  SQUEEZE: sameNumbers,
  EXPAND_DIMS: sameNumbers,
  TRANSPOSE: permuted,
  CONCATENATION: joined,
  PACK: stacked,
  BROADCAST_TO: expanded,
  TILE: repeated,
  SPACE_TO_DEPTH: (call) => rearranged(call, 'SpaceToDepth', (block) => 1 / block),
  DEPTH_TO_SPACE: (call) => rearranged(call, 'DepthToSpace', (block) => block),
  SPACE_TO_BATCH_ND: toBatch,
  BATCH_TO_SPACE_ND: fromBatch,
  SHAPE: (call) => call.wholeNumbers(call.x.dims),
  RANK: (call) => call.wholeNumbers([call.x.dims.length], []),
  FILL: (call) => {
    const dims = call.numbers(0);
    return call.give(call.build.expand(call.input(1).value, dims), dims, call.input(1).type);
  },
  ZEROS_LIKE: (call) => call.give(call.build.expand(call.scalar(0, call.x), call.x.dims), call.x.dims, call.x.type),
};

import { CannotLower } from '../../../cannotLower.ts';
import type { Call, Rule, Tensor } from '../call.ts';
import { countOf, type Dim, fixed, isFixed, isSame, positiveAxis, quotientOf, shown, times } from '../dims.ts';

/** The same numbers in other dimensions. */
function reshaped(call: Call, x: Tensor, dims: readonly Dim[]): Tensor {
  const isAsBefore = dims.length === x.dims.length && dims.every((size, axis) => isSame(size, x.dims[axis] as Dim));
  if (isAsBefore) return x;
  if (x.constant !== undefined && dims.every(isFixed)) {
    return { dims, type: x.type, constant: { ...x.constant, dims: fixed(dims) } };
  }
  return { dims, type: x.type, value: call.reshape(call.plain(x), dims) };
}

/** Dimensions of which one may be −1: whatever is left. */
const reshape: Rule = (call) => {
  const { x } = call;
  const stated = call.sizes(1);
  const total = countOf(x.dims);
  const known = stated.filter((size) => size !== -1).reduce(times, 1);
  const rest = quotientOf(total, known);
  const isOpen = stated.some((size) => size === -1);
  const isDamaged =
    stated.filter((size) => size === -1).length > 1 || stated.some((size) => isFixed(size) && size < -1);
  // A model may fix the number of images here that it leaves open at its input.
  const fits = isOpen
    ? rest !== undefined
    : isSame(known, total) || (!isFixed(total) && isFixed(known) && known % total.perImage === 0);
  if (isDamaged || !fits) {
    throw new CannotLower(
      `its tensor of ${shown(x.dims)} cannot have the shape [${stated.map((size) => (isFixed(size) ? size : '?')).join(', ')}]`,
    );
  }
  return reshaped(
    call,
    x,
    stated.map((size) => (size === -1 ? (rest as Dim) : size)),
  );
};

const squeeze: Rule = (call) => {
  const { x } = call;
  const stated = call.numbersIn('squeeze_dims');
  const named = stated.length > 0 ? stated : call.numbersIn('axis');
  const axes = named.map((axis) => positiveAxis(axis, x.dims.length));
  if (axes.some((axis) => x.dims[axis] !== 1)) throw new CannotLower('it removes an axis that has not the size 1');
  const isGone = (axis: number) => (axes.length > 0 ? axes.includes(axis) : x.dims[axis] === 1);
  return reshaped(
    call,
    x,
    x.dims.filter((_, axis) => !isGone(axis)),
  );
};

const widened: Rule = (call) =>
  reshaped(call, call.x, call.x.dims.toSpliced(positiveAxis(call.scalar(1), call.x.dims.length + 1), 0, 1));

/** Between the orders of TensorFlow and ONNX nothing has to move. */
const transpose: Rule = (call) => {
  const { x } = call;
  const order = call.axes(1);
  if (new Set(order).size !== x.dims.length) throw new CannotLower('its order of axes is damaged');
  const dims = order.map((axis) => x.dims[axis] as Dim);
  const key = order.join();
  if (key === '0,3,1,2' && x.constant === undefined) return { dims, type: x.type, value: call.first(x) };
  if (key === '0,2,3,1' && x.constant === undefined)
    return { dims, type: x.type, value: call.plain(x), channelsFirst: true };
  return { dims, type: x.type, value: call.reordered(x, order) };
};

/** Numbers around images: pairs of how many before and after each axis. */
const padded =
  (mode: (call: Call) => string): Rule =>
  (call) => {
    const { x, build } = call;
    const pairs = call.numbers(1);
    if (pairs.length !== 2 * x.dims.length || pairs.some((size) => size < 0)) {
      throw new CannotLower('its paddings are not those of its axes');
    }
    const [before, after] = [0, 1].map((end) => x.dims.map((_, axis) => pairs[2 * axis + end] as number)) as [
      number[],
      number[],
    ];
    const dims = x.dims.map((size, axis) => {
      const more = (before[axis] as number) + (after[axis] as number);
      if (more === 0) return size;
      return (fixed([size])[0] as number) + more;
    });
    if (dims.every((size, axis) => isSame(size, x.dims[axis] as Dim))) return x;
    const ends = [before, after].flatMap((list) => {
      const placed = list.map(() => 0);
      for (const [axis, size] of list.entries()) placed[call.axisOf(axis, x)] = size;
      return placed;
    });
    const value = call.inputs.length > 2 ? call.plain(call.input(2)) : call.constant(0, x.type);
    const around = mode(call);
    const inputs = [x.channelsFirst ? (x.value as string) : call.plain(x), build.ints(ends)];
    const result = build.op('Pad', around === 'constant' ? [...inputs, value] : inputs, { mode: around });
    return { dims, type: x.type, value: result, channelsFirst: Boolean(x.channelsFirst) };
  };

function mirror(call: Call): string {
  if (call.text('mode') === 'REFLECT') return 'reflect';
  throw new CannotLower('it repeats the numbers at the border (SYMMETRIC)');
}

const tiled: Rule = (call) => {
  const { x } = call;
  const multiples = call.sizes(1);
  if (multiples.length !== x.dims.length) throw new CannotLower('it has another number of multiples than of axes');
  const dims = x.dims.map((size, axis) => times(size, multiples[axis] as Dim));
  return { dims, type: x.type, value: call.build.op('Tile', [call.plain(x), call.shapeValue(multiples)]) };
};

/** A tensor in dimensions in which it is repeated. */
function filled(call: Call, x: Tensor, dims: readonly Dim[]): Tensor {
  if (dims.some((size) => isFixed(size) && size < 0)) throw new CannotLower(`its shape ${shown(dims)} is damaged`);
  return { dims, type: x.type, value: call.build.op('Expand', [call.plain(x), call.shapeValue(dims)]) };
}

const sizesOf = (dims: readonly Dim[], call: Call): Tensor => ({
  dims: [dims.length],
  type: call.type('out_type', 'int32'),
  sizes: dims,
});

/** Other orders and dimensions of the same numbers, and what is made of sizes. */
export const shapes: Readonly<Record<string, Rule>> = {
  Shape: (call) => sizesOf(call.x.dims, call),
  ShapeN: (call) => call.inputs.map(({ dims }) => sizesOf(dims, call)),
  Rank: (call) => ({ dims: [], type: 'int32', sizes: [call.x.dims.length] }),
  Size: (call) => ({ dims: [], type: call.type('out_type', 'int32'), sizes: [countOf(call.x.dims)] }),
  Range: () => {
    throw new CannotLower('its bounds are not known in advance');
  },
  Reshape: reshape,
  Squeeze: squeeze,
  ExpandDims: widened,
  Transpose: transpose,
  Pad: padded(() => 'constant'),
  PadV2: padded(() => 'constant'),
  MirrorPad: padded(mirror),
  Tile: tiled,
  BroadcastTo: (call) => filled(call, call.x, call.sizes(1)),
  Fill: (call) => filled(call, call.input(1), call.sizes(0)),
  ZerosLike: (call) => filled(call, { dims: [], type: call.x.type, sizes: [0] }, call.x.dims),
  OnesLike: (call) => filled(call, { dims: [], type: call.x.type, sizes: [1] }, call.x.dims),
};

import { CannotLower } from '../../../cannotLower.ts';
import type { Dim } from '../../program.ts';
import type { Call, Rule } from '../call.ts';

/** The same numbers in other dimensions: those that the program says the result has. */
const reshaped: Rule = (call) => call.reshape(call.x, call.result.dims);

/** The same tensor, perhaps in another type. */
const same: Rule = (call) => call.cast(call.input, call.result.type);

/** Decompositions state how the numbers lie in memory, most often as they lie already. */
const strided: Rule = (call) => {
  const { dims, strides } = call.input;
  const stated = call.dimsIn('stride');
  const isSame = call.result.dims.every(
    (size, axis) => size === dims[axis] && (size === 1 || stated[axis] === strides[axis]),
  );
  const isWhole = call.result.dims.length === dims.length && call.number('storage_offset', 0) === 0;
  if (!isSame || !isWhole) throw new CannotLower('it takes the numbers of a tensor in another order');
  return call.build.op('Identity', [call.x]);
};

const permuted: Rule = (call) => {
  const order = call.numbers('dims').map((axis) => (axis < 0 ? axis + call.rank : axis));
  return call.build.transpose(call.x, order);
};

function swapped(call: Call, a: number, b: number): string {
  if (a === b) return call.build.op('Identity', [call.x]);
  const order = call.dims.map((_, axis) => (axis === a ? b : axis === b ? a : axis));
  return call.build.transpose(call.x, order);
}

/** Axes that are moved to other places; the others keep their order. */
const moved: Rule = (call) => {
  const positive = (name: string) => call.numbers(name).map((axis) => (axis < 0 ? axis + call.rank : axis));
  const [source, destination] = [positive('source'), positive('destination')];
  const others = call.dims.map((_, axis) => axis).filter((axis) => !source.includes(axis));
  const order = call.dims.map((_, axis) => {
    const index = destination.indexOf(axis);
    return index < 0 ? (others.shift() as number) : (source[index] as number);
  });
  return call.build.transpose(call.x, order);
};

/** Repeats axes of size 1 until the tensor has the result's dimensions. */
const expanded: Rule = (call) => {
  const { result, dims } = call;
  const added = result.dims.length - dims.length;
  // An axis that has its size already need not be named, so that it may be open.
  const target = result.dims.map((dim, axis): Dim => (axis >= added && dims[axis - added] === dim ? 1 : dim));
  return call.build.op('Expand', [call.x, call.sizes(target)]);
};

const repeated: Rule = (call) => {
  const repeats = call.dimsIn(call.has('repeats') ? 'repeats' : 'dims');
  const added = Math.max(0, repeats.length - call.rank);
  const x = added > 0 ? call.reshape(call.x, [...Array<number>(added).fill(1), ...call.dims]) : call.x;
  return call.build.op('Tile', [x, call.sizes(repeats)]);
};

/** Parts of the sizes that the program says they have. */
const split: Rule = (call) => {
  const axis = call.axis('dim', 0);
  const sizes = call.fixed(call.results.map(({ dims }) => dims[axis] as Dim));
  if (sizes.length === 1) return [call.build.op('Identity', [call.x])];
  return call.build.ops('Split', [call.x, call.build.ints(sizes)], { axis }, sizes.length);
};

const unbound: Rule = (call) => {
  const axis = call.axis('dim', 0);
  return call.results.map((_, index) => call.build.op('Gather', [call.x, call.scalar(index, 'int64')], { axis }));
};

const joined: Rule = (call) => {
  // An empty list of old takes part in any concatenation.
  const parts = call.tensors('tensors').filter((part) => !(part?.dims.length === 1 && part.dims[0] === 0));
  const rank = call.result.dims.length;
  const values = parts.map((part) => (part ? call.cast(part, call.result.type) : ''));
  return call.build.op('Concat', values, { axis: call.axis('dim', 0, rank) });
};

const stacked: Rule = (call) => {
  const rank = call.result.dims.length;
  const axis = call.axis('dim', 0, rank);
  const parts = call.tensors('tensors').map((part) => call.build.unsqueeze(part?.value ?? '', [axis]));
  return call.build.op('Concat', parts, { axis });
};

/** Whatever leaves one end comes in at the other. */
const rolled: Rule = (call) => {
  const axes = call.has('dims') ? call.numbers('dims') : [];
  const shifts = call.numbers('shifts');
  if (axes.length !== shifts.length) throw new CannotLower('it rolls all axes as one');
  return axes.reduce((value, stated, index) => {
    const axis = stated < 0 ? stated + call.rank : stated;
    const [size] = call.fixed([call.dims[axis] as Dim]) as [number];
    const shift = (((shifts[index] as number) % size) + size) % size;
    if (shift === 0) return value;
    const last = call.build.slice(value, [size - shift], [size], [axis]);
    const first = call.build.slice(value, [0], [size - shift], [axis]);
    return call.build.op('Concat', [last, first], { axis });
  }, call.x);
};

const flipped: Rule = (call) => {
  const axes = call.axes('dims');
  const ends = axes.map(() => -Number.MAX_SAFE_INTEGER);
  return call.build.slice(
    call.x,
    axes.map(() => -1),
    ends,
    axes,
    axes.map(() => -1),
  );
};

/** Each element of an axis several times in a row. */
const interleaved: Rule = (call) => {
  if (call.has('repeats') && !call.isNumber('repeats')) throw new CannotLower('it repeats elements differently often');
  const repeats = call.number('repeats');
  if (!call.has('dim')) throw new CannotLower('it has no axis');
  const axis = call.axis('dim');
  const ones = call.dims.map((): Dim => 1);
  const apart = call.build.unsqueeze(call.x, [axis + 1]);
  const several = call.build.op('Expand', [apart, call.sizes(ones.toSpliced(axis + 1, 0, repeats))]);
  return call.reshape(several, call.result.dims);
};

/** The diagonal of two axes, as the last axis: every width + 1-th number of both in a row. */
const diagonal: Rule = (call) => {
  const [first, second] = [call.axis('dim1', 0), call.axis('dim2', 1)];
  const offset = call.number('offset', 0);
  const others = call.dims.map((_, axis) => axis).filter((axis) => axis !== first && axis !== second);
  const [height = 1, width = 1] = call.fixed([call.dims[first] as Dim, call.dims[second] as Dim]);
  const count = call.fixed(call.result.dims.slice(-1))[0] as number;
  const turned = call.build.transpose(call.x, [...others, first, second]);
  const row = call.reshape(turned, [...others.map((axis) => call.dims[axis] as Dim), height * width]);
  const start = offset < 0 ? -offset * width : offset;
  const end = count > 0 ? start + (count - 1) * (width + 1) + 1 : start;
  return call.build.slice(row, [start], [end], [others.length], [width + 1]);
};

/** Each element less the one before it, `n` times. */
const differences: Rule = (call) => {
  if (call.has('prepend') || call.has('append')) throw new CannotLower('it has elements before or after its axis');
  const axis = call.axis('dim', -1);
  let value = call.x;
  for (let time = 0; time < call.number('n', 1); time++) {
    const later = call.build.slice(value, [1], [Number.MAX_SAFE_INTEGER], [axis]);
    value = call.build.sub(later, call.build.slice(value, [0], [-1], [axis]));
  }
  return value;
};

/** The inverse of a pixel shuffle, whose channels ONNX's own operator would order differently. */
const unshuffled: Rule = (call) => {
  const factor = call.number('downscale_factor');
  const [images = 1, ...others] = call.dims;
  const [channels = 0, height = 0, width = 0] = call.fixed(others);
  const blocks = [images, channels, height / factor, factor, width / factor, factor];
  const turned = call.build.transpose(call.reshape(call.x, blocks), [0, 1, 3, 5, 2, 4]);
  return call.reshape(turned, call.result.dims);
};

const shuffledChannels: Rule = (call) => {
  const groups = call.number('groups');
  const [images = 1, ...others] = call.dims;
  const [channels = 0, ...spatial] = call.fixed(others);
  const grouped = call.reshape(call.x, [images, groups, channels / groups, ...spatial]);
  const turned = call.build.transpose(grouped, [0, 2, 1, ...spatial.map((_, axis) => axis + 3)]);
  return call.reshape(turned, call.dims);
};

/** Other orders and dimensions of the same numbers. */
export const shapes: Readonly<Record<string, Rule>> = {
  view: reshaped,
  _unsafe_view: reshaped,
  reshape: reshaped,
  view_as: reshaped,
  reshape_as: reshaped,
  flatten: reshaped,
  unflatten: reshaped,
  unsqueeze: reshaped,
  as_strided: strided,
  squeeze: reshaped,
  contiguous: same,
  clone: same,
  alias: same,
  detach: same,
  lift_fresh: same,
  lift_fresh_copy: same,
  to: same,
  _to_copy: same,
  type_as: same,
  float: same,
  permute: permuted,
  transpose: (call) => swapped(call, call.axis('dim0'), call.axis('dim1')),
  swapaxes: (call) => swapped(call, call.axis('axis0'), call.axis('axis1')),
  t: (call) => (call.rank < 2 ? call.build.op('Identity', [call.x]) : swapped(call, 0, 1)),
  numpy_T: (call) =>
    call.build.transpose(
      call.x,
      call.dims.map((_, axis) => call.rank - 1 - axis),
    ),
  mT: (call) => swapped(call, call.rank - 2, call.rank - 1),
  movedim: moved,
  expand: expanded,
  expand_as: expanded,
  broadcast_to: expanded,
  repeat: repeated,
  tile: repeated,
  split,
  split_with_sizes: split,
  chunk: split,
  tensor_split: split,
  unbind: unbound,
  cat: joined,
  concat: joined,
  stack: stacked,
  repeat_interleave: interleaved,
  diagonal,
  diff: differences,
  roll: rolled,
  flip: flipped,
  pixel_shuffle: (call) =>
    call.build.op('DepthToSpace', [call.x], { blocksize: call.number('upscale_factor'), mode: 'CRD' }),
  pixel_unshuffle: unshuffled,
  channel_shuffle: shuffledChannels,
};

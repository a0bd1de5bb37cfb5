import { CannotLower } from '../../../cannotLower.ts';
import type { Call, Rule, Tensor } from '../call.ts';
import { type Dim, fixed, isFixed, isSame, positiveAxis } from '../dims.ts';
import { type Slice, sliceOf, stridedSlice } from '../slices.ts';

/** Some of each axis, with the order of the axes left as it is. */
function sliced(call: Call, x: Tensor, slices: readonly Slice[], dims: readonly Dim[]): Tensor {
  if (slices.length === 0) return x;
  const value = x.channelsFirst ? (x.value as string) : call.plain(x);
  const axes = slices.map(({ axis }) => call.axisOf(axis, x));
  const [starts, ends, steps] = (['start', 'end', 'step'] as const).map((key) => slices.map((slice) => slice[key]));
  const part = call.build.slice(value, starts as number[], ends as number[], axes, steps);
  return { dims, type: x.type, value: part, channelsFirst: Boolean(x.channelsFirst) };
}

const strided: Rule = (call) => {
  const { slices, sliced: between, dims } = stridedSlice(call);
  const part = sliced(call, call.x, slices, between);
  const isSameRank = dims.length === between.length && dims.every((size, axis) => isSame(size, between[axis] as Dim));
  return isSameRank ? part : { dims, type: part.type, value: call.reshape(call.plain(part), dims) };
};

const slice: Rule = (call) => {
  const { x } = call;
  const [begins, sizes] = [call.numbers(1), call.sizes(2)];
  if (begins.length !== x.dims.length || sizes.length !== x.dims.length) throw new CannotLower('it has too few bounds');
  const slices: Slice[] = [];
  const dims = x.dims.map((size, axis) => {
    const [begin, wanted] = [begins[axis] as number, sizes[axis] as Dim];
    const isRest = wanted === -1 || isSame(wanted, size);
    if (!isRest && !isFixed(wanted)) throw new CannotLower('it takes some images of a batch, whose number is open');
    const found = sliceOf(axis, size, { begin, end: isRest ? undefined : begin + Number(wanted), step: 1 });
    if (begin < 0 || (!isRest && found.count !== wanted)) throw new CannotLower('its bounds are outside of the tensor');
    if (found.slice) slices.push(found.slice);
    return found.count;
  });
  return sliced(call, x, slices, dims);
};

/** Parts of stated sizes along an axis. */
function split(call: Call, x: Tensor, axis: number, sizes: readonly number[]): Tensor[] {
  const along = call.axisOf(axis, x);
  const value = x.channelsFirst ? (x.value as string) : call.plain(x);
  const total = sizes.reduce((a, b) => a + b, 0);
  if (total !== x.dims[axis] || sizes.some((size) => !Number.isSafeInteger(size) || size < 0)) {
    throw new CannotLower(`its parts [${sizes.join(', ')}] are not those of its axis`);
  }
  if (sizes.length === 1) return [x];
  const parts = call.build.ops('Split', [value, call.build.ints(sizes)], { axis: along }, sizes.length);
  return parts.map((part, index) => ({
    ...{ type: x.type, value: part, channelsFirst: Boolean(x.channelsFirst) },
    dims: x.dims.with(axis, sizes[index] as number),
  }));
}

const evenSplit: Rule = (call) => {
  const x = call.input(1);
  const axis = positiveAxis(call.scalar(0), x.dims.length);
  const [size = 0] = fixed([x.dims[axis] as Dim]);
  const count = countIn(call, 'num_split');
  return split(call, x, axis, Array<number>(count).fill(size / count));
};

const unevenSplit: Rule = (call) => {
  const axis = positiveAxis(call.scalar(2), call.x.dims.length);
  const sizes = call.numbers(1);
  const [size = 0] = fixed([call.x.dims[axis] as Dim]);
  const rest = size - sizes.filter((each) => each >= 0).reduce((a, b) => a + b, 0);
  return split(
    call,
    call.x,
    axis,
    sizes.map((each) => (each === -1 ? rest : each)),
  );
};

const unpacked: Rule = (call) => {
  const { x } = call;
  const axis = positiveAxis(call.number('axis', 0), x.dims.length);
  const count = countIn(call, 'num');
  if (x.dims[axis] !== count) throw new CannotLower('it gives as many tensors as its axis has not');
  const value = call.plain(x);
  return Array.from({ length: count }, (_, index) => ({
    dims: x.dims.toSpliced(axis, 1),
    type: x.type,
    value: call.build.op('Gather', [value, call.constant(index, 'int64')], { axis }),
  }));
};

/** More tensors than this no operation of a classifier gives. */
const mostParts = 10_000;

function countIn(call: Call, name: string): number {
  const count = call.number(name);
  if (Number.isSafeInteger(count) && count > 0 && count <= mostParts) return count;
  throw new CannotLower(`its ${name} ${count} is damaged`);
}

const joined = (call: Call, parts: readonly Tensor[], stated: number): Tensor => {
  const [first] = parts;
  if (first === undefined) throw new CannotLower('it joins nothing');
  const rank = first.dims.length;
  const axis = positiveAxis(stated, rank);
  const fits = parts.every(
    ({ dims }) => dims.length === rank && dims.every((size, i) => i === axis || isSame(size, first.dims[i] as Dim)),
  );
  if (!fits) throw new CannotLower('its tensors have different shapes');
  const sizes = parts.map(({ dims }) => dims[axis] as Dim);
  const dims = first.dims.with(axis, sizes.reduce(sumOf));
  const channelsFirst = parts.some((part) => part.channelsFirst);
  const values = parts.map((part) => (channelsFirst ? call.first(part) : call.plain(part)));
  const value = call.build.op('Concat', values, { axis: call.axisOf(axis, { ...first, channelsFirst }) });
  return { dims, type: first.type, value, channelsFirst };
};

function sumOf(a: Dim, b: Dim): Dim {
  if (isFixed(a) && isFixed(b)) return a + b;
  if (!isFixed(a) && !isFixed(b)) return { perImage: a.perImage + b.perImage };
  throw new CannotLower('it adds something to the images of a batch, whose number is open');
}

const packedTogether: Rule = (call) => {
  const rank = call.x.dims.length;
  const axis = positiveAxis(call.number('axis', 0), rank + 1);
  const parts = call.inputs.map((part): Tensor => {
    if (part.dims.length !== rank) throw new CannotLower('its tensors have different shapes');
    return {
      dims: part.dims.toSpliced(axis, 0, 1),
      type: part.type,
      value: call.build.unsqueeze(call.plain(part), [axis]),
    };
  });
  return joined(call, parts, axis);
};

const gathered: Rule = (call) => {
  const { x } = call;
  const indices = call.input(1);
  if (call.number('batch_dims', 0) !== 0) throw new CannotLower('it takes other elements of each image');
  const axis = call.inputs.length > 2 ? positiveAxis(call.scalar(2), x.dims.length) : 0;
  const dims = [...x.dims.slice(0, axis), ...indices.dims, ...x.dims.slice(axis + 1)];
  return { dims, type: x.type, value: call.build.op('Gather', [call.plain(x), call.plain(indices)], { axis }) };
};

const reversed: Rule = (call) => {
  const { x } = call;
  const slices = call.axes(1).map((axis) => ({ axis, start: -1, end: -Number.MAX_SAFE_INTEGER, step: -1 }));
  return sliced(call, x, slices, x.dims);
};

/** Parts of tensors, and tensors joined. */
export const parts: Readonly<Record<string, Rule>> = {
  StridedSlice: strided,
  Slice: slice,
  Split: evenSplit,
  SplitV: unevenSplit,
  Unpack: unpacked,
  ConcatV2: (call) => joined(call, call.inputs.slice(0, -1), call.scalar(call.inputs.length - 1)),
  Concat: (call) => joined(call, call.inputs.slice(1), call.scalar(0)),
  Pack: packedTogether,
  Gather: gathered,
  GatherV2: gathered,
  ReverseV2: reversed,
};

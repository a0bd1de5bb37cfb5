import { elementTypes } from '../../../onnx/graph/graph.ts';
import { type Call, type Lowered, placeOf, type Rule } from '../call.ts';
import { CannotLower } from '../cannotLower.ts';

interface Part {
  readonly axis: number;
  readonly start: number;
  readonly count: number;
  readonly step: number;
}

/** The parts of some axes. */
function sliced(call: Call, x: Lowered, parts: readonly Part[]): Lowered {
  const cut = parts.filter(({ axis, start, count, step }) => start !== 0 || step !== 1 || count !== x.dims[axis]);
  const dims = x.dims.map((size, axis) => parts.find((part) => part.axis === axis)?.count ?? size);
  if (cut.length === 0) return x;
  const value = call.build.slice(
    x.value,
    cut.map(({ start }) => start),
    cut.map(endOf),
    cut.map(({ axis }) => placeOf(axis, x)),
    cut.map(({ step }) => step),
  );
  return { ...x, value, dims };
}

/** Backward, the end before the first element can be written only as one far beyond it. */
function endOf({ start, count, step }: Part): number {
  const end = start + count * step;
  return end < 0 ? -Number.MAX_SAFE_INTEGER : end;
}

const slice: Rule = (call) => {
  const { x } = call;
  const [begins, sizes] = [call.numbers(1), call.numbers(2)];
  const parts = x.dims.map((size, axis): Part => {
    const start = begins[axis] ?? 0;
    const count = sizes[axis] === -1 ? size - start : (sizes[axis] ?? size);
    if (start < 0 || count < 0 || start + count > size)
      throw new CannotLower(`it has no part ${start} to ${start + count} of ${size}`);
    return { axis, start, count, step: 1 };
  });
  return sliced(call, x, parts);
};

/** A part of each axis by begin, end and step, of which a mask leaves some out; a second one removes axes. */
const stridedSlice: Rule = (call) => {
  if (call.option('ellipsisMask') || call.option('newAxisMask')) throw new CannotLower('it adds axes');
  const [begins, ends, steps] = [1, 2, 3].map((at) => call.numbers(at)) as [number[], number[], number[]];
  const has = (mask: string, axis: number) => ((call.option(mask) >> axis) & 1) === 1;
  const { x } = call;
  if (begins.length > x.dims.length || ends.length !== begins.length || steps.length !== begins.length) {
    throw new CannotLower(`it names ${begins.length} axes of ${x.dims.length}`);
  }
  const removed = begins.flatMap((_, axis) => (has('shrinkAxisMask', axis) ? [axis] : []));
  const parts = begins.map((begin, axis): Part => {
    const size = x.dims[axis] as number;
    const [first = 0, step = 1] = [begin < 0 ? begin + size : begin, steps[axis]];
    if (removed.includes(axis)) {
      if (first < 0 || first >= size) throw new CannotLower(`it has no index ${begin} of ${size}`);
      return { axis, start: first, count: 1, step: 1 };
    }
    if (step === 0) throw new CannotLower('it has a step of 0');
    const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
    const within = (at: number) => Math.min(high, Math.max(low, at));
    const start = has('beginMask', axis) ? (step > 0 ? low : high) : within(first);
    const end = call.option('offset') ? begin + (ends[axis] as number) : (ends[axis] as number);
    const stop = has('endMask', axis) ? (step > 0 ? high : low) : within(end < 0 ? end + size : end);
    return { axis, start, count: Math.max(0, Math.ceil((stop - start) / step)), step };
  });
  const part = sliced(call, x, parts);
  if (removed.length === 0) return part;
  const dims = part.dims.filter((_, axis) => !removed.includes(axis));
  return call.give(call.build.squeeze(call.last(part), removed), dims, x.type);
};

const gathered: Rule = (call) => {
  const { x, build } = call;
  const indices = call.input(1);
  const axis = call.axis(call.option('axis'));
  if (call.option('batchDims') !== 0) throw new CannotLower('it has indices for each image');
  const dims = [...x.dims.slice(0, axis), ...indices.dims, ...x.dims.slice(axis + 1)];
  return call.give(build.op('Gather', [call.last(x), call.last(indices)], { axis }), dims, x.type);
};

/** The elements, or parts, where the indices in the last axis meet. */
const gatheredAt: Rule = (call) => {
  const { x, build } = call;
  const indices = call.input(1);
  const depth = indices.dims.at(-1) ?? 0;
  const places = build.op('Cast', [call.last(indices)], { to: elementTypes.int64 });
  const dims = [...indices.dims.slice(0, -1), ...x.dims.slice(depth)];
  return call.give(build.op('GatherND', [call.last(x), places]), dims, x.type);
};

const reversed: Rule = (call) => {
  const { x } = call;
  const parts = call.axes(1).map((axis): Part => {
    const count = x.dims[axis] as number;
    return { axis, start: count - 1, count, step: -1 };
  });
  return sliced(call, x, parts);
};

/** Parts of an axis, of the sizes that the file says they have. */
function split(call: Call, x: Lowered, stated: number): readonly Lowered[] {
  const axis = call.axis(stated, x.dims.length);
  const sizes = call.results.map(({ dims }) => dims[axis] ?? 0);
  if (sizes.reduce((a, b) => a + b, 0) !== x.dims[axis]) {
    throw new CannotLower(`its parts of ${sizes.join(', ')} are not all of ${x.dims[axis]}`);
  }
  const place = placeOf(axis, x);
  const values =
    sizes.length === 1
      ? [x.value]
      : call.build.ops('Split', [x.value, call.build.ints(sizes)], { axis: place }, sizes.length);
  return values.map((value, index) => ({ ...x, value, dims: x.dims.with(axis, sizes[index] as number) }));
}

/** Parts and elements of tensors. */
export const indexing: Readonly<Record<string, Rule>> = {
  SLICE: slice,
  STRIDED_SLICE: stridedSlice,
  GATHER: gathered,
  GATHER_ND: gatheredAt,
  REVERSE_V2: reversed,
  SPLIT: (call) => split(call, call.input(1), call.numbers(0)[0] ?? 0),
  SPLIT_V: (call) => split(call, call.x, call.numbers(2)[0] ?? 0),
  UNPACK: (call) => {
    const { x, build } = call;
    const axis = call.axis(call.option('axis'));
    const count = x.dims[axis] as number;
    if (count !== call.results.length) throw new CannotLower(`it gives ${call.results.length} parts of ${count}`);
    const ones = build.ints(Array<number>(count).fill(1));
    const parts = count === 1 ? [call.last(x)] : build.ops('Split', [call.last(x), ones], { axis }, count);
    return parts.map((part) => call.give(build.squeeze(part, [axis]), x.dims.toSpliced(axis, 1), x.type));
  },
};

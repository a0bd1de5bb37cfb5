import { CannotLower } from '../../../cannotLower.ts';
import { elementTypes } from '../../../onnx/graph/graph.ts';
import { type Call, type Lowered, placeOf, type Rule } from '../call.ts';
import { type Part, slicePart, stridedParts } from '../parts.ts';

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

/** Without the axes of which it takes one element, and with those that it adds. */
const stridedSlice: Rule = (call) => {
  const { parts, dims } = stridedParts(call, call.x.dims);
  const part = sliced(call, call.x, parts);
  return `${dims}` === `${part.dims}` ? part : call.reshaped(part, dims);
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

/** Parts of an axis. */
function split(call: Call, x: Lowered, stated: number, sizes?: readonly number[]): readonly Lowered[] {
  const axis = call.axis(stated, x.dims.length);
  const [whole, count] = [x.dims[axis] as number, call.results.length];
  const rest = whole - (sizes ?? []).reduce((sum, size) => sum + Math.max(0, size), 0);
  // One of the sizes may be −1, which stands for the rest.
  const parts = sizes?.map((size) => (size < 0 ? rest : size)) ?? Array<number>(count).fill(whole / count);
  if (parts.length !== count || parts.reduce((a, b) => a + b, 0) !== whole || !parts.every(Number.isInteger)) {
    throw new CannotLower(`its ${count} parts of ${parts.join(', ')} are not all of ${whole}`);
  }
  if (count === 1) return [x];
  const values = call.build.ops('Split', [x.value, call.build.ints(parts)], { axis: placeOf(axis, x) }, count);
  return values.map((value, index) => ({ ...x, value, dims: x.dims.with(axis, parts[index] as number) }));
}

/** Parts and elements of tensors. */
export const indexing: Readonly<Record<string, Rule>> = {
  SLICE: (call) => sliced(call, call.x, slicePart(call, call.x.dims)),
  STRIDED_SLICE: stridedSlice,
  GATHER: gathered,
  GATHER_ND: gatheredAt,
  REVERSE_V2: reversed,
  SPLIT: (call) => split(call, call.input(1), call.numbers(0)[0] ?? 0),
  SPLIT_V: (call) => split(call, call.x, call.numbers(2)[0] ?? 0, call.numbers(1)),
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

import { CannotLower } from '../../../cannotLower.ts';
import { elementTypes } from '../../../onnx/graph/graph.ts';
import type { Dim } from '../../program.ts';
import type { Call, Rule, Tensor } from '../call.ts';

interface Part {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** The part of an axis that a slice names, within its size. */
function partOf(call: Call): Part {
  const axis = call.axis('dim', 0);
  const size = call.dims[axis] as Dim;
  const start = call.has('start') ? call.number('start') : 0;
  const end = call.has('end') ? endOf(call, size) : Number.MAX_SAFE_INTEGER;
  const step = call.number('step', 1);
  if (typeof size !== 'number') return { axis, start, end, step };
  const within = (at: number) => Math.min(size, Math.max(0, at < 0 ? at + size : at));
  return { axis, start: within(start), end: within(end), step };
}

/** An end that is the open size itself is that of the axis. */
function endOf(call: Call, size: Dim): number {
  try {
    return call.number('end');
  } catch (error) {
    if (typeof size === 'string') return Number.MAX_SAFE_INTEGER;
    throw error;
  }
}

const sliced: Rule = (call) => {
  const { axis, start, end, step } = partOf(call);
  if (step === 1 && start === 0 && end === call.dims[axis]) return call.build.op('Identity', [call.x]);
  return call.build.slice(call.x, [start], [end], [axis], step === 1 ? undefined : [step]);
};

const narrowed: Rule = (call) => {
  const axis = call.axis('dim');
  const start = call.number('start');
  return call.build.slice(call.x, [start], [start + call.number('length')], [axis]);
};

const selected: Rule = (call) =>
  call.build.op('Gather', [call.x, call.scalar(call.number('index'), 'int64')], { axis: call.axis('dim') });

function asInt64({ value, type }: Tensor, call: Call): string {
  if (type === 'bool') throw new CannotLower('its result has a size that depends on numbers in the image');
  return type === 'int64' ? value : call.build.op('Cast', [value], { to: elementTypes.int64 });
}

/** Rows of one axis, or, of the first axes, the elements where several lists of positions meet. */
const indexed: Rule = (call) => {
  const { build } = call;
  const indices = call.tensors('indices');
  const given = indices.flatMap((index, axis) => (index ? [{ index, axis }] : []));
  const [first] = given;
  if (first === undefined) return build.op('Identity', [call.x]);
  if (given.length === 1) return build.op('Gather', [call.x, asInt64(first.index, call)], { axis: first.axis });
  if (given.some(({ axis }, place) => axis !== place)) throw new CannotLower('it indexes axes that are not the first');
  const rest = call.rank - given.length;
  const dims = call.result.dims.slice(0, call.result.dims.length - rest);
  const places = given.map(({ index }) => build.unsqueeze(call.filled(asInt64(index, call), dims), [dims.length]));
  return build.op('GatherND', [call.x, build.op('Concat', places, { axis: dims.length })]);
};

/** Numbers put in, or added, where the index says. */
const scattered =
  (reduction: string): Rule =>
  (call) => {
    if (call.has('reduce')) throw new CannotLower('it multiplies or adds (reduce)');
    const index = call.tensor('index');
    const source = call.has('src')
      ? call.cast(call.tensor('src'), call.result.type)
      : call.filled(call.scalar(call.number('value')), index.dims);
    const inputs = [call.x, asInt64(index, call), source];
    if (call.has('src') && String(call.tensor('src').dims) !== String(index.dims)) {
      throw new CannotLower('it takes a part of its source');
    }
    return call.build.op('ScatterElements', inputs, { axis: call.axis('dim'), reduction });
  };

/** The first argument, in which a part of an axis is replaced. */
export function withPart(
  call: Pick<Call, 'build'>,
  x: string,
  dims: readonly Dim[],
  part: Part,
  source: string,
): string {
  const { axis, start, end, step } = part;
  if (step !== 1) throw new CannotLower('it writes to every other element');
  const size = dims[axis];
  const before = start > 0 ? [call.build.slice(x, [0], [start], [axis])] : [];
  const hasAfter = typeof size === 'number' ? end < size : end !== Number.MAX_SAFE_INTEGER;
  const after = hasAfter ? [call.build.slice(x, [end], [Number.MAX_SAFE_INTEGER], [axis])] : [];
  if (before.length + after.length === 0) return call.build.op('Identity', [source]);
  return call.build.op('Concat', [...before, source, ...after], { axis });
}

/** Writes back what was done to a slice. */
export function writeSlice(call: Call, x: string, source: string): string {
  return withPart(call, x, call.dims, partOf(call), source);
}

/** Writes back what was done to one element of an axis. */
export function writeSelected(call: Call, x: string, source: string): string {
  const axis = call.axis('dim');
  const [size] = call.fixed([call.dims[axis] as Dim]) as [number];
  const index = call.number('index');
  const start = index < 0 ? index + size : index;
  return withPart(call, x, call.dims, { axis, start, end: start + 1, step: 1 }, call.build.unsqueeze(source, [axis]));
}

/** Parts and elements of tensors. */
export const indexing: Readonly<Record<string, Rule>> = {
  slice: sliced,
  narrow: narrowed,
  select: selected,
  index: indexed,
  index_select: (call) =>
    call.build.op('Gather', [call.x, asInt64(call.tensor('index'), call)], { axis: call.axis('dim') }),
  gather: (call) =>
    call.build.op('GatherElements', [call.x, asInt64(call.tensor('index'), call)], { axis: call.axis('dim') }),
  scatter: scattered('none'),
  scatter_add: scattered('add'),
  one_hot: (call) => {
    const [count] = call.fixed(call.result.dims.slice(-1)) as [number];
    const values = call.build.ints([0, 1]);
    return call.build.op('OneHot', [asInt64(call.input, call), call.scalar(count, 'int64'), values], { axis: -1 });
  },
  embedding: (call) => call.build.op('Gather', [call.x, asInt64(call.tensor('indices'), call)], { axis: 0 }),
  slice_scatter: (call) => writeSlice(call, call.x, call.tensor('src').value),
  select_scatter: (call) => writeSelected(call, call.x, call.tensor('src').value),
};

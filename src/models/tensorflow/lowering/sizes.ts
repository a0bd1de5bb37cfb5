import type { ElementType } from '../../onnx/graph/graph.ts';
import type { Call, Tensor } from './call.ts';
import { type Dim, isFixed, isSame, positiveAxis, quotientOf, times } from './dims.ts';
import { stridedSlice } from './slices.ts';

/** More numbers than this are no sizes. */
const mostSizes = 256;

/** What an operator gives for short lists of numbers; undefined if that depends on how many images there are. */
type Calculation = (call: Call, inputs: readonly (readonly Dim[])[]) => Calculated | undefined;

interface Calculated {
  readonly sizes: readonly Dim[];
  readonly dims: readonly number[];
  readonly type?: ElementType;
}

/**
 * What models calculate with sizes, such as the shape of a Reshape, is calculated here, once, with the number of images
 * left open.
 * @returns undefined for an operation that has to be in the graph.
 */
export function calculated(call: Call): Tensor | readonly Tensor[] | undefined {
  const { operator } = call;
  const calculation = Object.hasOwn(calculations, operator) ? calculations[operator] : undefined;
  const several = Object.hasOwn(separations, operator) ? separations[operator] : undefined;
  if (calculation === undefined && several === undefined) return undefined;
  const inputs = call.inputs.map((tensor) => call.sizesIn(tensor));
  if (!inputs.every((sizes) => sizes !== undefined)) return undefined;
  if (several !== undefined) return several(call, inputs);
  const found = calculation?.(call, inputs);
  if (found === undefined || found.sizes.length > mostSizes) return undefined;
  return { type: call.x.type, ...found };
}

const list = (sizes: readonly Dim[]): Calculated => ({ sizes, dims: [sizes.length] });
const single = (size: Dim): Calculated => ({ sizes: [size], dims: [] });

/** The same sizes in the dimensions of a rule. */
function kept(call: Call, sizes: readonly Dim[], dims: readonly Dim[]): Calculated | undefined {
  return dims.every(isFixed) && dims.reduce((a, b) => a * b, 1) === sizes.length
    ? { sizes, dims, type: call.x.type }
    : undefined;
}

const pairwise =
  (of: (a: Dim, b: Dim, type: ElementType) => Dim | undefined): Calculation =>
  (call, [a = [], b = []]) => {
    const count = Math.max(a.length, b.length);
    const isShort = (sizes: readonly Dim[]) => sizes.length === 1 || sizes.length === count;
    const [first, second] = [call.x, call.input(1)];
    if (!isShort(a) || !isShort(b) || first.dims.length > 1 || second.dims.length > 1) return undefined;
    const sizes = Array.from({ length: count }, (_, i) =>
      of(a[a.length === 1 ? 0 : i] as Dim, b[b.length === 1 ? 0 : i] as Dim, first.type),
    );
    if (!sizes.every((size) => size !== undefined)) return undefined;
    const rounded = first.type === 'float32' ? sizes.map((size) => (isFixed(size) ? Math.fround(size) : size)) : sizes;
    return first.dims.length + second.dims.length > 0 ? list(rounded) : single(rounded[0] as Dim);
  };

/** Of numbers that are known; for open ones nothing is, unless another rule says so. */
const numeric =
  (of: (a: number, b: number) => number): ((a: Dim, b: Dim) => Dim | undefined) =>
  (a, b) => {
    const result = isFixed(a) && isFixed(b) ? of(a, b) : undefined;
    return result !== undefined && Number.isFinite(result) ? result : undefined;
  };

const total =
  (of: (a: Dim, b: Dim) => Dim | undefined, none: number): Calculation =>
  (call, [sizes = [], axes = []]) => {
    if (call.x.dims.length !== 1 || axes.length !== 1) return undefined;
    const result = sizes.reduce<Dim | undefined>((a, b) => (a === undefined ? a : of(a, b)), none);
    if (result === undefined) return undefined;
    return call.flag('keep_dims') ? list([result]) : single(result);
  };

const product = (a: Dim, b: Dim): Dim | undefined => (isFixed(a) || isFixed(b) ? times(a, b) : undefined);

const sum = (a: Dim, b: Dim): Dim | undefined => {
  if (a === 0) return b;
  if (b === 0) return a;
  if (isFixed(a) && isFixed(b)) return a + b;
  return isFixed(a) || isFixed(b) ? undefined : { perImage: a.perImage + b.perImage };
};

const quotient = (a: Dim, b: Dim): Dim | undefined =>
  isFixed(a) && isFixed(b) ? (b === 0 ? undefined : Math.floor(a / b)) : quotientOf(a, b);

const gather: Calculation = (call, [sizes = [], indices = []]) => {
  const found = indices.map((index) => (isFixed(index) ? sizes[index] : undefined));
  if (call.x.dims.length !== 1 || !found.every((size) => size !== undefined)) return undefined;
  return call.input(1).dims.length === 0 ? single(found[0] as Dim) : kept(call, found as Dim[], call.input(1).dims);
};

const calculations: Readonly<Record<string, Calculation>> = {
  Pack: (call, inputs) => (call.x.dims.length === 0 ? list(inputs.flat()) : undefined),
  ConcatV2: (call, inputs) => (call.x.dims.length === 1 ? list(inputs.slice(0, -1).flat()) : undefined),
  StridedSlice: (call, [sizes = []]) => {
    if (call.x.dims.length !== 1) return undefined;
    const { slices, dims } = stridedSlice(call);
    const [{ start, end, step } = { start: 0, end: sizes.length, step: 1 }] = slices;
    const found: Dim[] = [];
    for (let at = start; step > 0 ? at < end : at > Math.max(end, -1); at += step) found.push(sizes[at] as Dim);
    return kept(call, found, dims);
  },
  Slice: (call, [sizes = [], [begin = 0] = [], [size = 0] = []]) => {
    if (call.x.dims.length !== 1 || !isFixed(begin) || !isFixed(size)) return undefined;
    return list(sizes.slice(begin, size === -1 ? undefined : begin + size));
  },
  Gather: gather,
  GatherV2: gather,
  Reshape: (call, [sizes = [], shape = []]) => {
    const known = shape.filter((size) => size !== -1).reduce<number>((a, b) => a * (isFixed(b) ? b : Number.NaN), 1);
    return kept(
      call,
      sizes,
      shape.map((size) => (size === -1 ? sizes.length / known : size)),
    );
  },
  Squeeze: (call, [sizes = []]) =>
    sizes.length === 1 && call.x.dims.length === 1 ? single(sizes[0] as Dim) : undefined,
  ExpandDims: (call, [sizes = []]) => (call.x.dims.length === 0 ? list(sizes) : undefined),
  Cast: (call, [sizes = []]) => {
    const type = call.type('DstT');
    const isWhole = type === 'int32' || type === 'int64';
    if (!isWhole && type !== 'float32') return undefined;
    const cut = sizes.map((size) => (isWhole && isFixed(size) ? Math.trunc(size) : size));
    return { sizes: cut, dims: call.x.dims as number[], type };
  },
  Add: pairwise(sum),
  AddV2: pairwise(sum),
  Sub: pairwise((a, b) => (isSame(a, b) ? 0 : b === 0 ? a : numeric((x, y) => x - y)(a, b))),
  Mul: pairwise(product),
  FloorDiv: pairwise(quotient),
  RealDiv: pairwise(numeric((a, b) => a / b)),
  FloorMod: pairwise(numeric((a, b) => a - b * Math.floor(a / b))),
  Maximum: pairwise(numeric(Math.max)),
  Minimum: pairwise(numeric(Math.min)),
  Prod: total(product, 1),
  Sum: total(sum, 0),
  Range: (call, [[start = 0] = [], [limit = 0] = [], [step = 1] = []]) => {
    if (!isFixed(start) || !isFixed(limit) || !isFixed(step) || step === 0) return undefined;
    const count = Math.max(0, Math.ceil((limit - start) / step));
    if (count > mostSizes) return undefined;
    return { ...list(Array.from({ length: count }, (_, i) => start + i * step)), type: call.x.type };
  },
  Fill: (call, [dims = [], [value = 0] = []]) => {
    const [count = 1] = dims;
    if (dims.length > 1 || !isFixed(count) || count < 0 || count > mostSizes) return undefined;
    const { type } = call.input(1);
    return dims.length === 0 ? { ...single(value), type } : { ...list(Array<Dim>(count).fill(value)), type };
  },
};

/** Operators that give each number by itself. */
const separations: Readonly<
  Record<string, (call: Call, inputs: readonly (readonly Dim[])[]) => readonly Tensor[] | undefined>
> = {
  Unpack: (call, [sizes = []]) => {
    if (call.x.dims.length !== 1) return undefined;
    return sizes.map((size) => ({ dims: [], type: call.x.type, sizes: [size] }));
  },
  Split: (call, [, sizes = []]) => {
    const { dims, type } = call.input(1);
    const count = call.number('num_split');
    if (dims.length !== 1 || positiveAxis(call.scalar(0), 1) !== 0 || count !== sizes.length) return undefined;
    return sizes.map((size) => ({ dims: [1], type, sizes: [size] }));
  },
};

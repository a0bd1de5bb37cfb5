import { elementCount } from '../../onnx/graph/graph.ts';
import type { Call, Lowered } from './call.ts';
import { slicePart, stridedParts } from './parts.ts';

/** Whole numbers that are known in advance, such as the sizes of a tensor. */
interface Known {
  readonly numbers: readonly number[];
  readonly dims: readonly number[];
}

type Fold = (call: Call, inputs: readonly [Known, ...Known[]]) => Known | undefined;

/** More numbers than shapes have. */
const most = 64;

const listOf = (numbers: readonly number[]): Known => ({ numbers, dims: [numbers.length] });
const scalarOf = (number: number): Known => ({ numbers: [number], dims: [] });

/** All numbers of a list as one. */
const reduced =
  (combine: (a: number, b: number) => number): Fold =>
  (call, [{ numbers, dims }]) => {
    if (dims.length !== 1 || numbers.length === 0) return undefined;
    const result = numbers.reduce(combine);
    return call.option('keepDims') ? listOf([result]) : scalarOf(result);
  };

/** Numbers of two lists, or of a list and one for all. */
const combined =
  (combine: (a: number, b: number) => number): Fold =>
  (_, [a, b]) => {
    const [long, short] = b !== undefined && b.numbers.length > a.numbers.length ? [b, a] : [a, b];
    if (b === undefined || short === undefined || long.dims.length > 1) return undefined;
    if (short.numbers.length !== 1 && short.numbers.length !== long.numbers.length) return undefined;
    const at = ({ numbers }: Known, index: number) => (numbers.length === 1 ? numbers[0] : numbers[index]) as number;
    return { dims: long.dims, numbers: long.numbers.map((_, index) => combine(at(a, index), at(b, index))) };
  };

const same: Fold = (call, [{ numbers }]) => {
  const { dims } = call.result;
  return elementCount(dims) === numbers.length ? { numbers, dims } : undefined;
};

/** What is done to sizes before a tensor is given them. */
const folds: Readonly<Record<string, Fold>> = {
  CAST: same,
  RESHAPE: same,
  SQUEEZE: same,
  EXPAND_DIMS: same,
  GATHER: (_, [{ numbers, dims }, indices]) => {
    if (dims.length !== 1 || indices === undefined) return undefined;
    const gathered = indices.numbers.map((index) => numbers[index < 0 ? index + numbers.length : index]);
    return gathered.every((number) => number !== undefined) ? { numbers: gathered, dims: indices.dims } : undefined;
  },
  PACK: (_, inputs) =>
    inputs.every(({ dims }) => dims.length === 0) ? listOf(inputs.flatMap(({ numbers }) => numbers)) : undefined,
  CONCATENATION: (_, inputs) =>
    inputs.every(({ dims }) => dims.length === 1) ? listOf(inputs.flatMap(({ numbers }) => numbers)) : undefined,
  SLICE: (call, [{ numbers, dims }]) => {
    const [part] = dims.length === 1 ? slicePart(call, dims) : [];
    return part && listOf(numbers.slice(part.start, part.start + part.count));
  },
  STRIDED_SLICE: (call, [{ numbers, dims }]) => {
    if (dims.length !== 1) return undefined;
    const { parts, dims: given } = stridedParts(call, dims);
    const [part] = parts;
    if (part === undefined) return { numbers, dims: given };
    const taken = Array.from({ length: part.count }, (_, index) => numbers[part.start + index * part.step] as number);
    return { numbers: taken, dims: given };
  },
  REDUCE_PROD: reduced((a, b) => a * b),
  SUM: reduced((a, b) => a + b),
  REDUCE_MAX: reduced(Math.max),
  REDUCE_MIN: reduced(Math.min),
  ADD: combined((a, b) => a + b),
  SUB: combined((a, b) => a - b),
  MUL: combined((a, b) => a * b),
  MAXIMUM: combined(Math.max),
  MINIMUM: combined(Math.min),
  FLOOR_DIV: combined((a, b) => Math.floor(a / b)),
};

/**
 * What a call gives if it calculates with whole numbers that are known in advance; else undefined.
 * @throws CannotLower when it cannot be calculated.
 */
export function folded(call: Call, operator: string): Lowered | undefined {
  const fold = Object.hasOwn(folds, operator) ? folds[operator] : undefined;
  const { type } = call.result;
  if (fold === undefined || (type !== 'int32' && type !== 'int64')) return undefined;
  const inputs = call.known();
  if (inputs === undefined || inputs.length === 0 || inputs.some(({ numbers }) => numbers.length > most))
    return undefined;
  const result = fold(call, inputs as [Known, ...Known[]]);
  return result?.numbers.every(Number.isSafeInteger) ? call.wholeNumbers(result.numbers, result.dims) : undefined;
}

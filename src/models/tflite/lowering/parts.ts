import { CannotLower } from '../../cannotLower.ts';
import { type SliceBounds, sliceOfAxis } from '../../sliceOfAxis.ts';
import type { Call } from './call.ts';

/** Some elements of an axis. */
export interface Part {
  readonly axis: number;
  readonly start: number;
  readonly count: number;
  readonly step: number;
}

/** The part of each axis that a SLICE names by begin and size; a size of −1 reaches to the end. */
export function slicePart(call: Call, dims: readonly number[]): readonly Part[] {
  const [begins, sizes] = [call.numbers(1), call.numbers(2)];
  return dims.map((size, axis) => {
    const start = begins[axis] ?? 0;
    const count = sizes[axis] === -1 ? size - start : (sizes[axis] ?? size);
    if (start < 0 || count < 0 || start + count > size) {
      throw new CannotLower(`it has no part ${start} to ${start + count} of ${size}`);
    }
    return { axis, start, count, step: 1 };
  });
}

/** What a STRIDED_SLICE takes of a tensor. */
export interface Strided {
  readonly parts: readonly Part[];
  /** The dimensions of the result, without the axes that it removes, and with those that it adds. */
  readonly dims: readonly number[];
}

/**
 * The parts that a STRIDED_SLICE names by begin, end and step. Bits of its masks stand for entries whose begin or end is
 * left out, that take one element, that add an axis, or that stand for all axes that no other entry names.
 */
export function stridedParts(call: Call, dims: readonly number[]): Strided {
  const [begins, ends, steps] = [1, 2, 3].map((at) => call.numbers(at)) as [number[], number[], number[]];
  const has = (mask: string, entry: number) => ((call.option(mask) >> entry) & 1) === 1;
  const isOfAxis = (entry: number) => !has('ellipsisMask', entry) && !has('newAxisMask', entry);
  const named = begins.filter((_, entry) => isOfAxis(entry)).length;
  if (named > dims.length || ends.length !== begins.length || steps.length !== begins.length) {
    throw new CannotLower(`it names ${named} axes of ${dims.length}`);
  }
  const parts: Part[] = [];
  const given: number[] = [];
  let axis = 0;
  for (const [entry, begin] of begins.entries()) {
    if (has('ellipsisMask', entry)) {
      const rest = dims.slice(axis, axis + dims.length - named);
      given.push(...rest);
      axis += rest.length;
    } else if (has('newAxisMask', entry)) given.push(1);
    else if (has('shrinkAxisMask', entry)) parts.push(elementOf(dims, axis++, begin));
    else {
      const [end, step] = [ends[entry] as number, steps[entry] as number];
      const part = partOf(dims, axis++, {
        begin: has('beginMask', entry) ? undefined : begin,
        end: has('endMask', entry) ? undefined : (call.option('offset') ? begin : 0) + end,
        step,
      });
      parts.push(part);
      given.push(part.count);
    }
  }
  return { parts, dims: [...given, ...dims.slice(axis)] };
}

function elementOf(dims: readonly number[], axis: number, index: number): Part {
  const size = dims[axis] as number;
  const start = index < 0 ? index + size : index;
  if (start < 0 || start >= size) throw new CannotLower(`it has no index ${index} of ${size}`);
  return { axis, start, count: 1, step: 1 };
}

function partOf(dims: readonly number[], axis: number, bounds: SliceBounds): Part {
  const { step } = bounds;
  if (step === 0) throw new CannotLower('it has a step of 0');
  const { start, count } = sliceOfAxis(dims[axis] as number, bounds);
  return { axis, start, count, step };
}

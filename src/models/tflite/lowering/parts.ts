import type { Call } from './call.ts';
import { CannotLower } from './cannotLower.ts';

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

/**
 * The parts that a STRIDED_SLICE names by begin, end and step, and the axes that it removes. Bits of its masks stand for
 * axes whose begin or end is left out, or of which it takes one element.
 */
export function stridedParts(
  call: Call,
  dims: readonly number[],
): { readonly parts: readonly Part[]; readonly removed: readonly number[] } {
  if (call.option('ellipsisMask') || call.option('newAxisMask')) throw new CannotLower('it adds axes');
  const [begins, ends, steps] = [1, 2, 3].map((at) => call.numbers(at)) as [number[], number[], number[]];
  if (begins.length > dims.length || ends.length !== begins.length || steps.length !== begins.length) {
    throw new CannotLower(`it names ${begins.length} axes of ${dims.length}`);
  }
  const has = (mask: string, axis: number) => ((call.option(mask) >> axis) & 1) === 1;
  const removed = begins.flatMap((_, axis) => (has('shrinkAxisMask', axis) ? [axis] : []));
  const parts = begins.map((begin, axis): Part => {
    const size = dims[axis] as number;
    const [first, step = 1] = [begin < 0 ? begin + size : begin, steps[axis]];
    if (removed.includes(axis)) {
      if (first < 0 || first >= size) throw new CannotLower(`it has no index ${begin} of ${size}`);
      return { axis, start: first, count: 1, step: 1 };
    }
    if (step === 0) throw new CannotLower('it has a step of 0');
    const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
    const within = (at: number) => Math.min(high, Math.max(low, at));
    const start = has('beginMask', axis) ? (step > 0 ? low : high) : within(first);
    const end = (call.option('offset') ? begin : 0) + (ends[axis] as number);
    const stop = has('endMask', axis) ? (step > 0 ? high : low) : within(end < 0 ? end + size : end);
    return { axis, start, count: Math.max(0, Math.ceil((stop - start) / step)), step };
  });
  return { parts, removed };
}

import { CannotLower } from '../../cannotLower.ts';
import { type SliceBounds, sliceOfAxis } from '../../sliceOfAxis.ts';
import type { Call } from './call.ts';
import { type Dim, isFixed } from './dims.ts';

/** What stays of an axis. */
export interface Slice {
  readonly axis: number;
  readonly start: number;
  /** Beyond the last one; below −(size + 1) for "to the beginning" with a negative step. */
  readonly end: number;
  readonly step: number;
}

/** A part of a tensor. */
export interface Part {
  /** Of the axes that do not stay whole. */
  readonly slices: readonly Slice[];
  /** Of the slices, before axes are dropped or added. */
  readonly sliced: readonly Dim[];
  /** Of the part. */
  readonly dims: readonly Dim[];
}

/** The part that StridedSlice takes, as Python's x[begin:end:strides] does, with `...` and new axes. @throws CannotLower */
export function stridedSlice(call: Call): Part {
  const given = call.x.dims;
  const [begin, end, strides] = [call.numbers(1), call.numbers(2), call.numbers(3)];
  const mask = (name: string) => (index: number) => ((call.number(name, 0) >> index) & 1) === 1;
  const [opensBegin, opensEnd, isEllipsis] = [mask('begin_mask'), mask('end_mask'), mask('ellipsis_mask')];
  const [isNew, isDropped] = [mask('new_axis_mask'), mask('shrink_axis_mask')];
  const entries = begin.map((_, index) => index);
  const stated = entries.filter((index) => !isNew(index) && !isEllipsis(index)).length;
  if (stated > given.length || begin.length > 32) throw new CannotLower('it takes a part of more axes than there are');
  const slices: Slice[] = [];
  const sliced: Dim[] = [];
  const dims: Dim[] = [];
  const keep = (count: number) => {
    for (let i = 0; i < count; i++) {
      const size = given[sliced.length] as Dim;
      sliced.push(size);
      dims.push(size);
    }
  };
  for (const index of entries) {
    if (isEllipsis(index)) keep(given.length - stated);
    else if (isNew(index)) dims.push(1);
    else {
      const axis = sliced.length;
      const size = given[axis];
      if (size === undefined) throw new CannotLower('it takes a part of more axes than there are');
      const bounds = {
        begin: opensBegin(index) ? undefined : begin[index],
        end: opensEnd(index) ? undefined : end[index],
        step: strides[index] ?? 1,
      };
      if (isDropped(index)) {
        if (!isFixed(size)) throw new CannotLower('it takes one image of a batch, whose number is open');
        const at = (bounds.begin ?? 0) < 0 ? (bounds.begin as number) + size : (bounds.begin ?? 0);
        if (at < 0 || at >= size) throw new CannotLower(`its index ${at} is outside of an axis of ${size}`);
        slices.push({ axis, start: at, end: at + 1, step: 1 });
        sliced.push(1);
      } else {
        const { slice, count } = sliceOf(axis, size, bounds);
        if (slice) slices.push(slice);
        sliced.push(count);
        dims.push(count);
      }
    }
  }
  keep(given.length - sliced.length);
  return { slices, sliced, dims };
}

/** What stays of one axis; no slice if all does. */
export function sliceOf(
  axis: number,
  size: Dim,
  { begin, end, step }: SliceBounds,
): { readonly slice?: Slice; readonly count: Dim } {
  if (step === 0 || !Number.isSafeInteger(step)) throw new CannotLower('its stride is 0');
  const isWhole = (begin ?? 0) === 0 && end === undefined && step === 1;
  if (isWhole) return { count: size };
  if (!isFixed(size)) throw new CannotLower('it takes some images of a batch, whose number is open');
  const { start, stop, count } = sliceOfAxis(size, { begin, end, step });
  if (start === 0 && step === 1 && count === size) return { count };
  return { slice: { axis, start, end: stop < 0 ? -size - 1 : stop, step }, count };
}

/** Bounds of a slice, as in Python: one that is left out is the end of the axis, in the direction of the step. */
export interface SliceBounds {
  readonly begin?: number | undefined;
  readonly end?: number | undefined;
  /** Not 0. */
  readonly step: number;
}

/** What Python's x[begin:end:step] takes of an axis; `stop` is −1 where it goes to the beginning. */
export function sliceOfAxis(
  size: number,
  { begin, end, step }: SliceBounds,
): { readonly start: number; readonly stop: number; readonly count: number } {
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const within = (at: number) => Math.min(high, Math.max(low, at < 0 ? at + size : at));
  const start = begin === undefined ? (step > 0 ? low : high) : within(begin);
  const stop = end === undefined ? (step > 0 ? high : low) : within(end);
  return { start, stop, count: Math.max(0, Math.ceil((stop - start) / step)) };
}

import fc from 'fast-check';

/** An axis that windows run along. */
export interface Axis {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
  /** By how much the axis is longer than one window needs. */
  readonly extra: number;
}

/**
 * One to three axes, each long enough for a window.
 * @param limits.pad the largest pad; pads of pools are also smaller than their kernel.
 */
export function axes({ pad, ofPool = false }: { pad: number; ofPool?: boolean }): fc.Arbitrary<Axis[]> {
  const upTo = (min: number, max: number) => fc.integer({ min, max });
  const axis = fc
    .record({
      kernel: upTo(1, 3),
      stride: upTo(1, 3),
      dilation: upTo(1, 2),
      before: upTo(0, pad),
      after: upTo(0, pad),
      extra: upTo(0, 3),
    })
    .map((drawn): Axis => {
      const limit = ofPool ? drawn.kernel - 1 : pad;
      const [before, after] = [Math.min(drawn.before, limit), Math.min(drawn.after, limit)];
      const covered = (drawn.kernel - 1) * drawn.dilation + 1;
      // A window that lies in the padding alone has no maximum and no mean.
      const least = ofPool ? covered - Math.min(before, after) : covered - before - after;
      return { ...drawn, before, after, size: Math.max(1, least) + drawn.extra };
    });
  // Three axes have many elements, and small ones do.
  return fc.oneof(
    { weight: 1, arbitrary: fc.tuple(axis) },
    { weight: 4, arbitrary: fc.tuple(axis, axis) },
    {
      weight: 1,
      arbitrary: fc.tuple(
        axis,
        axis,
        axis.filter(({ size }) => size <= 3),
      ),
    },
  );
}

export function listOf(axes: readonly Axis[], what: keyof Axis): number[] {
  return axes.map((axis) => axis[what]);
}

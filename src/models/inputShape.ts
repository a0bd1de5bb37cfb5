import type { ImageShape } from '../data/image.ts';

/** The order of axes in which a model takes images: channels before height and width, or after them. */
export type Layout = 'NCHW' | 'NHWC';

/** The order of axes of a stated shape: that in which channels, 1 or 3, come first, else that in which they come last. */
export function layoutOf(input: readonly number[]): Layout {
  return input.length === 3 && (input[0] === 1 || input[0] === 3) ? 'NCHW' : 'NHWC';
}

/** The images of a stated shape: [channels, height, width], [height, width, channels], or [height, width] in gray. */
export function shapeIn(input: readonly number[]): ImageShape {
  const [channels, height, width] = layoutOf(input) === 'NCHW' ? input : [input[2] ?? 1, ...input];
  return { channels, height, width } as ImageShape;
}

/** The side of a square of so many pixels; undefined where it is no whole number above 1. */
export function squareSide(pixels: number): number | undefined {
  const side = Math.round(Math.sqrt(pixels));
  return side > 1 && side * side === pixels ? side : undefined;
}

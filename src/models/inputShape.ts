import type { ImageShape } from '../data/image.ts';

/** A model's axis order: channels before height and width, or after them. */
export type Layout = 'NCHW' | 'NHWC';

/** The axis order of a stated shape: channels first if the first axis is 1 or 3, else channels last. */
export function layoutOf(input: readonly number[]): Layout {
  return input.length === 3 && (input[0] === 1 || input[0] === 3) ? 'NCHW' : 'NHWC';
}

/**
 * The image shape for a stated shape: [channels, height, width], [height, width, channels], or [height, width] in gray.
 */
export function shapeIn(input: readonly number[]): ImageShape {
  const [channels, height, width] = layoutOf(input) === 'NCHW' ? input : [input[2] ?? 1, ...input];
  return { channels, height, width } as ImageShape;
}

/** The side of a square with this many pixels; undefined if it is not a whole number above 1. */
export function squareSide(pixels: number): number | undefined {
  const side = Math.round(Math.sqrt(pixels));
  return side > 1 && side * side === pixels ? side : undefined;
}

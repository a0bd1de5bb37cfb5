import type { ImageShape } from '../data/image.ts';

/** A model's axis order: channels before height and width, or after them. */
export type Layout = 'NCHW' | 'NHWC';

/**
 * The axis order of a stated shape: channels first if the first axis is 1 or 3, else channels last.
 * @param known that of the model, which decides where the last axis is 1 or 3 as well.
 */
export function layoutOf(input: readonly number[], known: Layout = 'NCHW'): Layout {
  const isColor = (size: number | undefined) => size === 1 || size === 3;
  const isFirst = input.length === 3 && isColor(input[0]);
  return isFirst && !(isColor(input[2]) && known === 'NHWC') ? 'NCHW' : 'NHWC';
}

/**
 * The image shape for a stated shape: [channels, height, width], [height, width, channels], or [height, width] in gray.
 * @param known as for `layoutOf`.
 */
export function shapeIn(input: readonly number[], known?: Layout): ImageShape {
  const [channels, height, width] = layoutOf(input, known) === 'NCHW' ? input : [input[2] ?? 1, ...input];
  return { channels, height, width } as ImageShape;
}

/** The side of a square with this many pixels; undefined if it is not a whole number above 1. */
export function squareSide(pixels: number): number | undefined {
  const side = Math.round(Math.sqrt(pixels));
  return side > 1 && side * side === pixels ? side : undefined;
}

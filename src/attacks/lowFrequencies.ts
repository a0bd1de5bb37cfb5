import type { ImageShape } from '../data/image.ts';

/** Height and width of a part of an image's frequencies along each side, at least the lowest one. */
export function lowFrequencies({ height, width }: ImageShape, part: number) {
  return { height: Math.max(Math.floor(part * height), 1), width: Math.max(Math.floor(part * width), 1) };
}

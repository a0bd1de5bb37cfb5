import { valueAt } from '../../data/grid.ts';
import type { ImageShape, Pixels } from '../../data/image.ts';

/** Side of the squares that JPEG compresses one by one. */
const block = 8;
const gray = 128;

/**
 * Images that tell whether a server sees every gray level: `plain` is gray all over, `dotted` has one pixel of each 8 × 8
 * square a level brighter, which JPEG loses at any quality (its coefficients are at most 1/4, and rounded), and `brighter`
 * is a level brighter all over, which JPEG keeps.
 */
export function grayLevelProbes({
  height,
  width,
  channels,
}: ImageShape): Readonly<Record<'plain' | 'dotted' | 'brighter', Pixels>> {
  const size = height * width * channels;
  const plain = new Float32Array(size).fill(valueAt(gray));
  const brighter = new Float32Array(size).fill(valueAt(gray + 1));
  const dotted = plain.slice();
  for (let y = Math.min(3, height - 1); y < height; y += block) {
    for (let x = Math.min(3, width - 1); x < width; x += block) {
      dotted.fill(valueAt(gray + 1), (y * width + x) * channels, (y * width + x + 1) * channels);
    }
  }
  return { plain, dotted, brighter };
}

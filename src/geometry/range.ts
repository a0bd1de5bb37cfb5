import type { Vector } from './vector.ts';

/** Moves every value to the nearest in the range of pixels, [0, 1]. Writes to its argument and returns it. */
export function clip<V extends Vector>(point: V): V {
  for (let i = 0; i < point.length; i++) point[i] = Math.min(Math.max(point[i] as number, 0), 1);
  return point;
}

/** True when every value is one that a pixel can have, in [0, 1]. */
export function isInRange(point: ArrayLike<number>): boolean {
  for (let i = 0; i < point.length; i++) {
    const value = point[i] as number;
    if (!(value >= 0 && value <= 1)) return false;
  }
  return true;
}

/** The point of [0, 1] that is farthest from an image, in every norm: black where it is bright, white where it is dark. */
export function farthestCorner(image: ArrayLike<number>): Float32Array {
  const corner = new Float32Array(image.length);
  for (let i = 0; i < corner.length; i++) if ((image[i] as number) < 0.5) corner[i] = 1;
  return corner;
}

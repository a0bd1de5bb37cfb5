import type { Vector } from '../geometry/vector.ts';
import type { Pixels } from './image.ts';

/** Gray levels of an 8-bit image above zero. Level k is the pixel value k / 255. */
export const levels = 255;

/** The pixel value of every gray level, as a PNG is read back: float32(k / 255). */
const valueOfLevel = Float32Array.from({ length: levels + 1 }, (_, level) => level / levels);

/** Values nearer to a level than this count as that level: float32 rounding on levels is smaller. */
const snapDistance = 1e-6;

/** The pixel value of gray level `level` (an integer, 0 to 255). */
export function valueAt(level: number): number {
  return valueOfLevel[level] as number;
}

/** The gray level nearest to a pixel value in [0, 1]. */
export function levelOf(value: number): number {
  // Not Math.round, which takes three times as long.
  return Math.floor(value * levels + 0.5);
}

/** The gray levels nearest to pixel values in [0, 1]. */
export function levelsOf(pixels: Vector): Uint8Array<ArrayBuffer> {
  // Not Uint8Array.from, which takes forty times as long.
  const found = new Uint8Array(pixels.length);
  for (let i = 0; i < found.length; i++) found[i] = levelOf(pixels[i] as number);
  return found;
}

/** The pixel values of gray levels. */
export function pixelsAt(levels: ArrayLike<number>): Pixels {
  const pixels = new Float32Array(levels.length);
  for (let i = 0; i < pixels.length; i++) pixels[i] = valueAt(levels[i] as number);
  return pixels;
}

/** True when every value is exactly one of the 256 that a PNG can hold. */
export function isOnGrid(pixels: Pixels): boolean {
  for (let i = 0; i < pixels.length; i++) {
    const value = pixels[i] as number;
    if (valueAt(levelOf(value)) !== value) return false;
  }
  return true;
}

/** Every value rounded to the nearest gray level; values outside [0, 1] become black or white. */
export function roundedToGrid(values: Vector): Pixels {
  const pixels = new Float32Array(values.length);
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = valueAt(levelOf(Math.min(Math.max(values[i] as number, 0), 1)));
  }
  return pixels;
}

/** Moves values that are off a gray level only by rounding errors back onto it, in place. */
export function snapToGrid(pixels: Pixels): Pixels {
  for (let i = 0; i < pixels.length; i++) {
    pixels[i] = snapped(pixels[i] as number);
  }
  return pixels;
}

/** A pixel value in [0, 1], or its gray level if it is off that only by rounding errors. */
export function snapped(value: number): number {
  const level = valueAt(levelOf(value));
  return Math.abs(value - level) < snapDistance ? level : value;
}

import { largestFirst } from './order.ts';
import type { Vector } from './vector.ts';

/** Gives a pixel, `channels` values one after the other, what it is in `from`; in place. */
export function copyPixel(to: Vector | Uint8Array, from: ArrayLike<number>, pixel: number, channels: number): void {
  for (let i = pixel * channels; i < (pixel + 1) * channels; i++) to[i] = from[i] as number;
}

/**
 * Puts all but `count` pixels back to what they are in the image, in place: of the points of [0, 1] with that many changed
 * the nearest, once it is clipped. A pixel that is kept brings the point nearer by Σ 2δc − c², where δ is its change and c
 * that clipped to the range.
 */
export function keepPixels(point: Float32Array, image: Float32Array, channels: number, count: number): void {
  const worth = new Float64Array(image.length / channels);
  for (let i = 0; i < image.length; i++) {
    const [value, original] = [point[i] as number, image[i] as number];
    const change = value - original;
    const clipped = Math.min(Math.max(value, 0), 1) - original;
    const pixel = Math.floor(i / channels);
    worth[pixel] = (worth[pixel] as number) + 2 * change * clipped - clipped * clipped;
  }
  for (const pixel of largestFirst(worth).subarray(count)) copyPixel(point, image, pixel, channels);
}

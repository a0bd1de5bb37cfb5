import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { type ImageShape, type Pixels, sizeOf } from '../data/image.ts';

/** The kinds of images, each within a range of gray levels: what a batch does to an image shows where they differ. */
const kinds = [
  { low: 0, high: 255, pattern: 'noise' },
  { low: 115, high: 140, pattern: 'noise' },
  { low: 0, high: 100, pattern: 'ramp' },
  { low: 150, high: 250, pattern: 'squares' },
  { low: 70, high: 70, pattern: 'noise' },
  { low: 200, high: 255, pattern: 'noise' },
  { low: 0, high: 255, pattern: 'ramp' },
  { low: 0, high: 40, pattern: 'squares' },
] as const;

/** Images on the 8-bit grid that are as unlike as images can be, always the same: noise, ramps, squares, dark and bright. */
export function probeImages(shape: ImageShape, count: number): Pixels[] {
  const { height, width, channels } = shape;
  const random = xoroshiro128plus(1);
  return Array.from({ length: count }, (_, i) => {
    const { low, high, pattern } = kinds[i % kinds.length] as (typeof kinds)[number];
    const round = Math.floor(i / kinds.length);
    return Float32Array.from({ length: sizeOf(shape) }, (_, at) => {
      const [channel, x] = [at % channels, Math.floor(at / channels) % width];
      const y = Math.floor(at / (channels * width));
      const share = {
        noise: () => uniformInt(random, 0, 255) / 255,
        ramp: () => ((channel + round) % 2 === 0 ? x / width : 1 - y / height),
        squares: () => ((x >> (1 + round)) + (y >> 1) + channel) % 2,
      }[pattern]();
      return Math.round(low + (high - low) * share) / 255;
    });
  });
}

import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { type ImageShape, type Pixels, sizeOf } from '../data/image.ts';

/**
 * The kinds of images, each within a range of gray levels: differences between images reveal what a batch does to them.
 */
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

/** Fixed images on the 8-bit grid that differ as much as possible: noise, ramps, squares, dark and bright. */
export function probeImages(shape: ImageShape, count: number): Pixels[] {
  const random = xoroshiro128plus(1);
  return Array.from({ length: count }, (_, i) => {
    const { low, high, pattern } = kinds[i % kinds.length] as (typeof kinds)[number];
    const share = patterns[pattern](shape, Math.floor(i / kinds.length), random);
    return share.map((value) => Math.round(low + (high - low) * value) / 255);
  });
}

type Pattern = (shape: ImageShape, round: number, random: RandomGenerator) => Pixels;

/** Numbers in [0, 1], one per pixel. */
const patterns: Readonly<Record<(typeof kinds)[number]['pattern'], Pattern>> = {
  // The highest of its 32 bits are the most random ones.
  noise: (shape, _, random) => new Float32Array(sizeOf(shape)).map(() => (random.next() >>> 24) / 255),
  ramp: (shape, round) =>
    fromPlaces(shape, (y, x, channel) => ((channel + round) % 2 === 0 ? x / shape.width : 1 - y / shape.height)),
  squares: (shape, round) => fromPlaces(shape, (y, x, channel) => ((x >> (1 + round)) + (y >> 1) + channel) % 2),
};

function fromPlaces(
  { height, width, channels }: ImageShape,
  value: (y: number, x: number, channel: number) => number,
): Pixels {
  const pixels = new Float32Array(height * width * channels);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < channels; channel++) pixels[at++] = value(y, x, channel);
    }
  }
  return pixels;
}

import { createHash } from 'node:crypto';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { normalVector } from '../geometry/randomVector.ts';
import { roundedToGrid } from './grid.ts';
import { type ImageShape, type Pixels, sizeOf } from './image.ts';
import type { LabeledImage } from './loadExamples.ts';

/** What reports call a dataset of such images. */
export const whiteNoise = 'white noise';

const count = 8;

/**
 * An image of white noise: every value is drawn from a normal distribution with mean 0.5 and standard deviation 0.3 (as in
 * the code of Geng & Veerapaneni 2017, “Tricking Neural Networks”), clipped to [0, 1], on the 8-bit grid.
 */
export function noisePixels(shape: ImageShape, random: RandomGenerator): Pixels {
  return roundedToGrid(normalVector(sizeOf(shape), random, 0.5, 0.3));
}

/** Images of white noise to forge others from. */
export function noiseImages(shape: ImageShape, seed: number): LabeledImage[] {
  const random = xoroshiro128plus(seed);
  return Array.from({ length: count }, (_, i) => {
    const pixels = noisePixels(shape, random);
    const sha256 = createHash('sha256').update(new Uint8Array(pixels.buffer)).digest('hex');
    return { file: `${whiteNoise} ${i + 1}`, sha256, pixels, notes: [] };
  });
}

import type { ImageShape } from '../../data/image.ts';
import { blockShuffle } from './blockShuffle.ts';
import type { Method } from './method.ts';
import { translationInvariance } from './translationInvariance.ts';

/** Blocks of images with a shorter side than this show nothing that a model knows. */
const leastSide = 64;

/**
 * What is strongest for the size of the images. BSR was made for images of 224 pixels a side, where it leads; on those of 28
 * and 32 pixels, whose shuffled blocks not even the surrogate knows, TI fools more (`npm run blackbox`).
 */
export const bySize: Method = {
  title: 'by size',
  description: `BSR for images of ${leastSide} pixels a side and more, TI for smaller ones, whose blocks show nothing`,
  source: 'our measurement (test/blackbox/results.md)',
  copies: blockShuffle.copies,
  cost: (copies, shape) => methodFor(shape).cost(copies, shape),
  begin: (context) => methodFor(context.shape).begin(context),
};

function methodFor({ height, width }: ImageShape): Method {
  return Math.min(height, width) < leastSide ? translationInvariance : blockShuffle;
}

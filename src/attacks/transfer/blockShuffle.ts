import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { ImageShape } from '../../data/image.ts';
import type { Method } from './method.ts';
import { type Extent, type Origin, Resampling, turned } from './resampling.ts';
import { type Look, meanGradient, resampled } from './view.ts';

/** Strips that an image is cut into along each axis, as in the authors' program; the paper has 2. */
const strips = 3;
/** The largest angle that a block is turned by, in degrees (Wang et al. 2024, section 4.1). */
const mostDegrees = 24;

/**
 * The mean of the gradients at copies of the image whose blocks, of random sizes, are shuffled and turned (Wang et al. 2024,
 * arXiv:2308.10299, algorithm 1). Strips are shuffled along one axis, then the blocks of each strip along the other.
 */
export const blockShuffle: Method = {
  title: 'BSR',
  description: 'block shuffle and rotation, copies of the image whose blocks are shuffled and turned',
  source: 'Wang et al. 2024, arXiv:2308.10299',
  copies: 20,
  cost: (copies) => copies,
  begin:
    ({ goal, shape, random, copies }) =>
    (x) =>
      meanGradient(shuffledCopies(x, shape, random, copies), goal.loss),
};

function* shuffledCopies(x: Float32Array, shape: ImageShape, random: RandomGenerator, copies: number) {
  for (let i = 0; i < copies; i++) yield shuffled(shape, random)(x);
}

/** A block of an image: where it goes, and where it comes from. */
interface Block {
  readonly to: Corner;
  readonly from: Corner;
  readonly size: Extent;
  readonly degrees: number;
}

interface Corner {
  readonly x: number;
  readonly y: number;
}

/** An image with its blocks shuffled and turned. */
export function shuffled(shape: ImageShape, random: RandomGenerator): Look {
  const origins = new Map<number, Origin>();
  for (const block of blocksOf(shape, random)) placeBlock(block, shape.width, origins);
  return resampled(new Resampling(shape, shape, (x, y) => origins.get(y * shape.width + x)), shape.channels);
}

/** Writes down where each pixel of a block comes from; what it would take from outside of its block is black. */
function placeBlock({ to, from, size, degrees }: Block, width: number, origins: Map<number, Origin>): void {
  const turn = turned(degrees);
  const [centerX, centerY] = [(size.width - 1) / 2, (size.height - 1) / 2];
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const [right, down] = turn(x - centerX, y - centerY);
      const [column, row] = [centerX + right, centerY + down];
      if (column < -0.5 || column > size.width - 0.5 || row < -0.5 || row > size.height - 0.5) continue;
      const inside: Origin = [
        from.x + Math.min(Math.max(column, 0), size.width - 1),
        from.y + Math.min(Math.max(row, 0), size.height - 1),
      ];
      origins.set((to.y + y) * width + to.x + x, inside);
    }
  }
}

function blocksOf({ height, width }: Extent, random: RandomGenerator): Block[] {
  const isRowsFirst = uniformInt(random, 0, 1) === 0;
  const [outer, inner] = isRowsFirst ? [height, width] : [width, height];
  return shuffledStrips(outer, random).flatMap((strip) =>
    shuffledStrips(inner, random).map((part): Block => {
      const degrees = mostDegrees * (2 * uniformFloat64(random) - 1);
      const [vertical, horizontal] = isRowsFirst ? [strip, part] : [part, strip];
      return {
        to: { x: horizontal.to, y: vertical.to },
        from: { x: horizontal.from, y: vertical.from },
        size: { height: vertical.length, width: horizontal.length },
        degrees,
      };
    }),
  );
}

/** Strips of random lengths along an axis, in random order. */
function shuffledStrips(length: number, random: RandomGenerator) {
  const lengths = randomLengths(length, random);
  const ends = lengths.map((_, i) => lengths.slice(0, i + 1).reduce((a, b) => a + b, 0));
  let to = 0;
  return permutation(strips, random).map((i) => {
    const strip = { from: (ends[i] as number) - (lengths[i] as number), to, length: lengths[i] as number };
    to += strip.length;
    return strip;
  });
}

/** Whole numbers at random that add up to a length. */
function randomLengths(length: number, random: RandomGenerator): number[] {
  const shares = Array.from({ length: strips }, () => uniformFloat64(random));
  const sum = shares.reduce((a, b) => a + b, 0);
  const lengths = shares.map((share) => Math.floor((share / sum) * length));
  const largest = lengths.indexOf(Math.max(...lengths));
  lengths[largest] = (lengths[largest] as number) + length - lengths.reduce((a, b) => a + b, 0);
  return lengths;
}

function permutation(size: number, random: RandomGenerator): number[] {
  const order = Array.from({ length: size }, (_, i) => i);
  for (let i = size - 1; i > 0; i--) {
    const j = uniformInt(random, 0, i);
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  }
  return order;
}

import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import type { ImageShape, Pixels } from '../../../data/image.ts';
import { lengthOf } from '../../../geometry/norms.ts';
import { signVector } from '../../../geometry/randomVector.ts';
import { addScaled, scaled, subtract } from '../../../geometry/vector.ts';
import type { SquareAttempt } from './parameters.ts';

type BumpNorm = 'l2' | 'l1';

/** A place in the image. */
interface Window {
  readonly top: number;
  readonly left: number;
  readonly side: number;
}

/** Tiles along each side of the image at the start (section 4.1). */
const tiles = 5;
/** Smaller windows have no room for a bump and its negative. */
const leastSide = 3;
/** How fast a bump falls off from its middle: as 1 over this power of the distance. */
const decay = { l2: 2, l1: 4 } as const;

/** The image with bumps side by side, at the end of the budget. */
export function tiledBumps(attempt: SquareAttempt): Pixels {
  const { image, shape, random } = attempt;
  const { height, width } = shape;
  const norm = attempt.budget.norm as BumpNorm;
  const change = new Float64Array(image.length);
  const side = Math.max(Math.floor(height / tiles), 1);
  const margin = Math.floor(Math.max(height - side * tiles, 0) / 2);
  for (let top = margin; top + side <= height; top += side) {
    for (let left = margin; left + side <= width; left += side) {
      const window = { top, left, side };
      const signs = signVector(shape.channels, random);
      const shape2d = bump(side, norm, random);
      for (const [channel, sign] of signs.entries()) write(change, shape, window, channel, scaled(shape2d, sign));
    }
  }
  return within(attempt, change);
}

/**
 * The point with a bump in one window, which gets what was in another of the budget, and what is left of it (algorithm 3).
 */
export function moveBump(attempt: SquareAttempt, point: Pixels, length: number): Pixels {
  const { image, shape, budget, random } = attempt;
  const norm = budget.norm as BumpNorm;
  const power = norm === 'l2' ? 2 : 1;
  const side = Math.min(Math.max(length + ((length + 1) % 2), leastSide), shape.height, shape.width);
  const [to, from] = [anywhere(shape, side, random), anywhere(shape, side, random)];
  const change = subtract(point, image);
  const left = Math.max(budget.epsilon ** power - lengthOf(change, norm) ** power, 0) / shape.channels;
  const signs = signVector(shape.channels, random);
  const fresh = bump(side, norm, random);
  const contents: Float64Array[] = [];
  for (const [channel, sign] of signs.entries()) {
    const old = read(change, shape, to, channel);
    const size = lengthOf(old, norm);
    const mixed = addScaled(scaled(fresh, sign), old, size > 0 ? 1 / size : 0);
    const spent = lengthOf(old, norm) ** power + lengthOf(outside(change, shape, from, to, channel), norm) ** power;
    const room = left + spent;
    // In l1 the projection takes back what is too much, so that its largest values stay (as AutoAttack has it).
    const target = norm === 'l2' ? Math.sqrt(room) : room * shape.channels;
    contents.push(scaled(mixed, target / (lengthOf(mixed, norm) || 1)));
  }
  for (const [channel, content] of contents.entries()) {
    write(change, shape, from, channel, new Float64Array(side * side));
    write(change, shape, to, channel, content);
  }
  return within(attempt, change);
}

/** The image with a change, at the end of the budget. */
function within({ image, budget, project }: SquareAttempt, change: Float64Array): Pixels {
  const scale = budget.norm === 'l2' ? budget.epsilon / (lengthOf(change, 'l2') || 1) : 1;
  return project(addScaled(image, change, scale));
}

/** η: a bump and its negative side by side or one above the other, of length 1 (section 4.1). */
function bump(side: number, norm: BumpNorm, random: RandomGenerator): Float64Array {
  const first = Math.floor(side / 2);
  const upper = pyramid(first, side, norm);
  const lower = pyramid(side - first, side, norm);
  const both = new Float64Array(side * side);
  const isTurned = uniformFloat64(random) < 0.5;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const value = y < first ? (upper[y * side + x] as number) : -(lower[(y - first) * side + x] as number);
      both[isTurned ? x * side + y : y * side + x] = value;
    }
  }
  return scaled(both, 1 / lengthOf(both, norm));
}

/** Rectangles one upon the other that grow from the middle, each lower than the one before. */
function pyramid(height: number, width: number, norm: BumpNorm): Float64Array {
  const sum = new Float64Array(height * width);
  const [middleY, middleX] = [Math.floor(height / 2), Math.floor(width / 2)];
  for (let n = 0; n < Math.max(middleY, middleX) + 1; n++) {
    for (let y = Math.max(middleY - n, 0); y < Math.min(middleY + n + 1, height); y++) {
      for (let x = Math.max(middleX - n, 0); x < Math.min(middleX + n + 1, width); x++) {
        sum[y * width + x] = (sum[y * width + x] as number) + 1 / (n + 1) ** decay[norm];
      }
    }
  }
  return scaled(sum, 1 / (lengthOf(sum, norm) || 1));
}

function anywhere({ height, width }: ImageShape, side: number, random: RandomGenerator): Window {
  return { top: uniformInt(random, 0, height - side), left: uniformInt(random, 0, width - side), side };
}

/** The values of one channel in a window. */
function read(values: Float64Array, { width, channels }: ImageShape, { top, left, side }: Window, channel: number) {
  const content = new Float64Array(side * side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      content[y * side + x] = values[((top + y) * width + left + x) * channels + channel] as number;
    }
  }
  return content;
}

/** The same of what is not in another window. */
function outside(values: Float64Array, shape: ImageShape, window: Window, other: Window, channel: number) {
  const content = read(values, shape, window, channel);
  const { top, left, side } = window;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [row, column] = [top + y - other.top, left + x - other.left];
      if (row >= 0 && row < side && column >= 0 && column < side) content[y * side + x] = 0;
    }
  }
  return content;
}

function write(
  values: Float64Array,
  { width, channels }: ImageShape,
  { top, left, side }: Window,
  channel: number,
  content: Float64Array,
): void {
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      values[((top + y) * width + left + x) * channels + channel] = content[y * side + x] as number;
    }
  }
}

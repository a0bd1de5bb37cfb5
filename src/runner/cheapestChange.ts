import { levelOf, levels, valueAt } from '../data/grid.ts';
import type { Pixels } from '../data/image.ts';
import { lengthOf, type Norm } from '../geometry/norms.ts';
import { largestFirst } from '../geometry/order.ts';
import { copyPixel } from '../geometry/pixels.ts';
import { dot, finite } from '../geometry/vector.ts';

/** What gray levels more do to each value of a point, in the direction in which a function rises. */
interface Moves {
  /** Gain of a level, in the units of the function; never negative. */
  readonly gains: Float64Array;
  /** Levels to the edge of the range. */
  readonly room: Uint8Array;
  /** Levels from the image to the point, in that direction: negative where a move leads back to the image. */
  readonly start: Int16Array;
}

/**
 * The grid point to go to from `point`, itself on the 8-bit grid, so that a linear function gains at least `needed` and the
 * end is nearest to the image in `norm` (up to one gray level of one value): a knapsack whose goods are gray levels. Every
 * value stays or moves the way in which the function rises. From the image itself this gives the nearest of all grid points
 * where the function is that much greater.
 * @param gradient of the function; values that are not finite count as zero
 * @param channels values a pixel has, which l0 counts as one
 * @returns `undefined` where the range has no such point.
 */
export function cheapestChange(
  image: Pixels,
  point: Pixels,
  gradient: Float32Array,
  needed: number,
  norm: Norm,
  channels: number,
): Pixels | undefined {
  const slopes = finite(gradient);
  const counts = choose[norm](movesOf(image, point, slopes), needed, channels);
  if (counts === undefined) return undefined;
  const moved = new Float32Array(point.length);
  for (let i = 0; i < moved.length; i++) {
    moved[i] = valueAt(levelOf(point[i] as number) + Math.sign(slopes[i] as number) * (counts[i] as number));
  }
  return moved;
}

function movesOf(image: Pixels, point: Pixels, slopes: Float32Array): Moves {
  const gains = new Float64Array(slopes.length);
  const room = new Uint8Array(slopes.length);
  const start = new Int16Array(slopes.length);
  for (let i = 0; i < slopes.length; i++) {
    const slope = slopes[i] as number;
    if (slope === 0) continue;
    const level = levelOf(point[i] as number);
    gains[i] = Math.abs(slope) / levels;
    room[i] = slope > 0 ? levels - level : level;
    start[i] = Math.sign(slope) * (level - levelOf(image[i] as number));
  }
  return { gains, room, start };
}

type Choose = (moves: Moves, needed: number, channels: number) => Uint8Array | undefined;

/** How many levels each value moves. */
const choose: Readonly<Record<Norm, Choose>> = {
  /** All values move until they are as far from the image as the farthest may be. */
  linf({ gains, room, start }, needed) {
    const counts = new Uint8Array(room.length);
    return bounded(gains, needed, levels, (far) => {
      for (let i = 0; i < counts.length; i++) counts[i] = clamp(far - (start[i] as number), room[i] as number);
      return counts;
    });
  },

  /**
   * To go from n − 1 to n levels from the image costs n² − (n − 1)² = 2n − 1: at a price λ of cost in gain that is worth
   * buying while gain ≥ λ cost.
   */
  l2({ gains, room, start }, needed) {
    const buy = (price: number, counts: Uint8Array) => {
      for (let i = 0; i < counts.length; i++) {
        const worthwhile = Math.floor(((gains[i] as number) / price + 1) / 2);
        counts[i] = clamp(worthwhile - (start[i] as number), room[i] as number);
      }
      return counts;
    };
    if (dot(gains, room) < needed) return undefined;
    const counts = new Uint8Array(room.length);
    // The price at which little too little is bought, and the one at which it is enough.
    let [dear, cheap] = [2 * lengthOf(gains, 'linf'), 0];
    for (let round = 0; round < 60; round++) {
      const price = (dear + cheap) / 2;
      if (dot(gains, buy(price, counts)) < needed) dear = price;
      else cheap = price;
    }
    const enough = cheap > 0 ? buy(cheap, new Uint8Array(room.length)) : room;
    let total = dot(gains, buy(dear, counts));
    for (let i = 0; i < counts.length && total < needed; i++) {
      while ((counts[i] as number) < (enough[i] as number) && total < needed) {
        counts[i] = (counts[i] as number) + 1;
        total += gains[i] as number;
      }
    }
    return withoutSpare(counts, gains, start, total - needed);
  },

  /** A level away from the image costs one, whichever value it is: those that gain most come first. */
  l1({ gains, room, start }, needed) {
    // Levels back to the image cost less than nothing.
    const counts = new Uint8Array(room.length);
    for (let i = 0; i < counts.length; i++) counts[i] = clamp(-(start[i] as number), room[i] as number);
    let left = needed - dot(gains, counts);
    for (const i of largestFirst(gains)) {
      if (left <= 0) break;
      const gain = gains[i] as number;
      if (gain === 0) return undefined;
      const more = Math.min((room[i] as number) - (counts[i] as number), Math.ceil(left / gain));
      counts[i] = (counts[i] as number) + more;
      left -= more * gain;
    }
    return left > 0 ? undefined : counts;
  },

  /** A pixel costs the same however far it moves, and nothing more where it has changed already: all the way. */
  l0({ gains, room, start }, needed, channels) {
    const pixels = new Float64Array(room.length / channels);
    for (let i = 0; i < room.length; i++) {
      const pixel = Math.floor(i / channels);
      pixels[pixel] = (pixels[pixel] as number) + (gains[i] as number) * (room[i] as number);
    }
    const isFree = (pixel: number) => start.subarray(pixel * channels, (pixel + 1) * channels).some((n) => n !== 0);
    const order = largestFirst(pixels);
    const cheapestFirst = [...order.filter(isFree), ...order.filter((pixel) => !isFree(pixel))];
    const counts = new Uint8Array(room.length);
    return bounded(gains, needed, pixels.length, (many) => {
      counts.fill(0);
      for (const pixel of cheapestFirst.slice(0, many)) copyPixel(counts, room, pixel, channels);
      return counts;
    });
  },
};

function clamp(count: number, most: number): number {
  return Math.min(Math.max(count, 0), most);
}

/** The counts of the smallest `size` from 1 to `most` that gain enough, gains growing with it. */
function bounded(gains: Float64Array, needed: number, most: number, counts: (size: number) => Uint8Array) {
  let [low, high] = [0, most + 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (dot(gains, counts(middle)) >= needed) high = middle;
    else low = middle;
  }
  return high > most ? undefined : counts(high);
}

/** Takes back levels that were not needed, those first that cost most in l2. */
function withoutSpare(counts: Uint8Array, gains: Float64Array, start: Int16Array, excess: number): Uint8Array {
  const cost = (i: number) => 2 * ((start[i] as number) + (counts[i] as number)) - 1;
  const spare: number[] = [];
  for (let i = 0; i < counts.length; i++) {
    if ((counts[i] as number) > 0 && (gains[i] as number) <= excess && cost(i) > 0) spare.push(i);
  }
  let left = excess;
  for (const i of spare.sort((a, b) => cost(b) - cost(a))) {
    if ((gains[i] as number) > left) continue;
    left -= gains[i] as number;
    counts[i] = (counts[i] as number) - 1;
  }
  return counts;
}

import { levelOf, levels, valueAt } from '../data/grid.ts';
import type { Pixels } from '../data/image.ts';
import type { Norm } from '../geometry/norms.ts';

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
  const sign = gradient.map((g) => (Number.isFinite(g) ? Math.sign(g) : 0));
  const moves: Moves = {
    gains: Float64Array.from(gradient, (g) => (Number.isFinite(g) ? Math.abs(g) / levels : 0)),
    room: Uint8Array.from(point, (value, i) =>
      sign[i] === 0 ? 0 : (sign[i] as number) > 0 ? levels - levelOf(value) : levelOf(value),
    ),
    start: Int16Array.from(point, (value, i) => (sign[i] as number) * (levelOf(value) - levelOf(image[i] as number))),
  };
  const counts = choose[norm](moves, needed, channels);
  return counts && point.map((value, i) => valueAt(levelOf(value) + (sign[i] as number) * (counts[i] as number)));
}

type Choose = (moves: Moves, needed: number, channels: number) => Uint8Array | undefined;

/** How many levels each value moves. */
const choose: Readonly<Record<Norm, Choose>> = {
  /** All values move until they are as far from the image as the farthest may be. */
  linf({ gains, room, start }, needed) {
    const counts = (far: number) => room.map((most, i) => clamp(far - (start[i] as number), most));
    return bounded(gains, needed, levels, counts);
  },

  /**
   * To go from n − 1 to n levels from the image costs n² − (n − 1)² = 2n − 1: at a price λ of cost in gain that is worth
   * buying while gain ≥ λ cost.
   */
  l2({ gains, room, start }, needed) {
    const bought = (price: number) =>
      room.map((most, i) => clamp(Math.floor(((gains[i] as number) / price + 1) / 2) - (start[i] as number), most));
    if (totalOf(gains, room) < needed) return undefined;
    // The price at which little too little is bought, and the one at which it is enough.
    let [dear, cheap] = [2 * gains.reduce((a, b) => Math.max(a, b), 0), 0];
    for (let round = 0; round < 60; round++) {
      const price = (dear + cheap) / 2;
      if (totalOf(gains, bought(price)) < needed) dear = price;
      else cheap = price;
    }
    const counts = bought(dear);
    const enough = cheap > 0 ? bought(cheap) : room;
    let total = totalOf(gains, counts);
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
    const counts = room.map((most, i) => clamp(-(start[i] as number), most));
    let left = needed - totalOf(gains, counts);
    for (const i of byGain(gains)) {
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
    const order = byGain(pixels);
    const cheapestFirst = [...order.filter(isFree), ...order.filter((pixel) => !isFree(pixel))];
    const counts = (many: number) => {
      const taken = new Uint8Array(room.length);
      for (const pixel of cheapestFirst.slice(0, many)) {
        for (let i = pixel * channels; i < (pixel + 1) * channels; i++) taken[i] = room[i] as number;
      }
      return taken;
    };
    return bounded(gains, needed, pixels.length, counts);
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
    if (totalOf(gains, counts(middle)) >= needed) high = middle;
    else low = middle;
  }
  return high > most ? undefined : counts(high);
}

/** Takes back levels that were not needed, those first that cost most in l2. */
function withoutSpare(counts: Uint8Array, gains: Float64Array, start: Int16Array, excess: number): Uint8Array {
  const cost = (i: number) => 2 * ((start[i] as number) + (counts[i] as number)) - 1;
  const spare = [...counts.keys()].filter(
    (i) => (counts[i] as number) > 0 && (gains[i] as number) <= excess && cost(i) > 0,
  );
  let left = excess;
  for (const i of spare.sort((a, b) => cost(b) - cost(a))) {
    if ((gains[i] as number) > left) continue;
    left -= gains[i] as number;
    counts[i] = (counts[i] as number) - 1;
  }
  return counts;
}

function totalOf(gains: Float64Array, counts: Uint8Array): number {
  let total = 0;
  for (let i = 0; i < gains.length; i++) total += (gains[i] as number) * (counts[i] as number);
  return total;
}

function byGain(gains: Float64Array): Uint32Array {
  return Uint32Array.from(gains.keys()).sort((a, b) => (gains[b] as number) - (gains[a] as number));
}

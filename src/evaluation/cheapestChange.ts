import type { Norm } from '../attacks/norms.ts';
import { levelOf, levels, valueAt } from '../data/grid.ts';
import type { Pixels } from '../data/image.ts';

/** What one gray level more does to each value of an image: how much it gains, and how many there is room for. */
interface Moves {
  /** Gain of a level, in the units of the function; never negative. */
  readonly gains: Float64Array;
  /** Levels to the edge of the range, in the direction that gains. */
  readonly room: Uint8Array;
}

/**
 * Of the points of the 8-bit grid where a linear function is at least `needed` more than at the image, one that is
 * (up to one gray level of one value) nearest in `norm`: a knapsack whose goods are gray levels. In l2 the n-th level of a
 * value costs 2n − 1, so levels are bought in the order of gain by cost.
 * @param gradient of the function; values that are not finite count as zero
 * @param channels values a pixel has, which l0 counts as one
 * @returns `undefined` where no image reaches that much.
 */
export function cheapestChange(
  image: Pixels,
  gradient: Float32Array,
  needed: number,
  norm: Norm,
  channels: number,
): Pixels | undefined {
  const moves: Moves = {
    gains: Float64Array.from(gradient, (g) => (Number.isFinite(g) ? Math.abs(g) / levels : 0)),
    room: Uint8Array.from(image, (value, i) =>
      (gradient[i] as number) > 0 ? levels - levelOf(value) : levelOf(value),
    ),
  };
  const counts = choose[norm](moves, needed, channels);
  if (counts === undefined) return undefined;
  return image.map((value, i) =>
    counts[i] === 0 ? value : valueAt(levelOf(value) + Math.sign(gradient[i] as number) * (counts[i] as number)),
  );
}

type Choose = (moves: Moves, needed: number, channels: number) => Uint8Array | undefined;

/** How many levels each value moves. */
const choose: Readonly<Record<Norm, Choose>> = {
  /** All values move as far as the farthest may. */
  linf({ gains, room }, needed) {
    const counts = (far: number) => room.map((most) => Math.min(most, far));
    return bounded(gains, needed, levels, counts);
  },

  /** The n-th level costs n² − (n − 1)² = 2n − 1: at a price λ of cost in gain it is worth buying while gain ≥ λ cost. */
  l2({ gains, room }, needed) {
    const bought = (price: number) =>
      room.map((most, i) => Math.min(most, Math.floor(((gains[i] as number) / price + 1) / 2)));
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
    return spareFrom(counts, gains, total - needed, (count) => 2 * count - 1);
  },

  /** Every level costs the same: those of the value that gains most come first. */
  l1({ gains, room }, needed) {
    const counts = new Uint8Array(room.length);
    let left = needed;
    for (const i of byGain(gains)) {
      if (left <= 0) break;
      const gain = gains[i] as number;
      if (gain === 0) return undefined;
      const count = Math.min(room[i] as number, Math.ceil(left / gain));
      counts[i] = count;
      left -= count * gain;
    }
    return left > 0 ? undefined : counts;
  },

  /** A pixel costs the same however far it moves: all the way. */
  l0({ gains, room }, needed, channels) {
    const pixels = new Float64Array(room.length / channels);
    for (let i = 0; i < room.length; i++) {
      const pixel = Math.floor(i / channels);
      pixels[pixel] = (pixels[pixel] as number) + (gains[i] as number) * (room[i] as number);
    }
    const order = byGain(pixels);
    const counts = (many: number) => {
      const taken = new Uint8Array(room.length);
      for (const pixel of order.slice(0, many)) {
        for (let i = pixel * channels; i < (pixel + 1) * channels; i++) taken[i] = room[i] as number;
      }
      return taken;
    };
    return bounded(gains, needed, pixels.length, counts);
  },
};

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

/** Takes back levels that were not needed, the costliest first. */
function spareFrom(counts: Uint8Array, gains: Float64Array, excess: number, cost: (count: number) => number) {
  const spare = [...counts.keys()].filter((i) => (counts[i] as number) > 0 && (gains[i] as number) <= excess);
  let left = excess;
  for (const i of spare.sort((a, b) => cost(counts[b] as number) - cost(counts[a] as number))) {
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

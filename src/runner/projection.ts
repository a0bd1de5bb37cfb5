import { levelOf, levels, roundedToGrid, snapped, snapToGrid, valueAt } from '../data/grid.ts';
import type { Pixels } from '../data/image.ts';
import { projectOntoBall } from '../geometry/ballProjection.ts';
import type { Budget } from '../geometry/budget.ts';
import { distances, type Norms } from '../geometry/norms.ts';
import { largestFirst, placesOf } from '../geometry/order.ts';
import { keepPixels } from '../geometry/pixels.ts';
import { clip, isInRange } from '../geometry/range.ts';
import { scaled, subtract } from '../geometry/vector.ts';

/** float32 pixels miss a budget by rounding: points this much outside of it, in pixel values, still count as inside. */
const tolerance = 1e-6;

/** Gray levels that fit into a budget: ⌊255 ε⌋, where 8/255 is 8 although it is a hair less in binary. */
export function levelsWithin(epsilon: number): number {
  return Math.floor(levels * (epsilon + tolerance));
}

/** The budget as it is on the 8-bit grid: in linf a whole number of gray levels, elsewhere unchanged. */
export function budgetOnGrid(budget: Budget): Budget {
  return budget.norm === 'linf' ? { norm: 'linf', epsilon: levelsWithin(budget.epsilon) / levels } : budget;
}

/**
 * How far a point is from the image, in every norm; undefined where that is farther than the budget allows, up to float32
 * rounding, or the point is not in [0, 1].
 */
export function normsWithin(
  image: Pixels,
  point: Pixels,
  { norm, epsilon }: Budget,
  channels: number,
): Norms | undefined {
  if (!isInRange(point)) return undefined;
  const norms = distances(image, point, channels);
  return norms[norm] <= epsilon + tolerance + roundingOf(norm, image.length) ? norms : undefined;
}

/** How far float32 can carry a point in a norm, when it rounds all values of a large image the same way. */
function roundingOf(norm: Budget['norm'], size: number): number {
  if (norm === 'l0') return 0;
  return 2 ** -23 * { linf: 1, l2: Math.sqrt(size), l1: size }[norm];
}

/**
 * The map onto budget ∩ [0, 1] around an image; it writes to its argument and returns it: the nearest
 * point in the Euclidean sense.
 * With `quantize` the values that lie on the 8-bit grid but for rounding are put on it exactly.
 * @param channels values a pixel has, which l0 counts as one
 */
export function createProjection(
  image: Pixels,
  budget: Budget,
  quantize: boolean,
  channels = 1,
): (point: Pixels) => Pixels {
  const { norm, epsilon } = budget;
  if (norm === 'linf') return (point) => clamp(point, image, epsilon, quantize);
  return (point) => {
    if (epsilon < Infinity) {
      if (norm === 'l0') keepPixels(point, image, channels, Math.floor(epsilon));
      else projectOntoBall(point, image, norm, epsilon);
    }
    clip(point);
    return quantize ? snapToGrid(point) : point;
  };
}

/** The projection in linf, value by value, in one pass without branches: attacks call it at every step. */
function clamp(point: Pixels, image: Pixels, epsilon: number, quantize: boolean): Pixels {
  for (let i = 0; i < point.length; i++) {
    const original = image[i] as number;
    const near = Math.fround(Math.min(Math.max(point[i] as number, original - epsilon), original + epsilon));
    const value = Math.min(Math.max(near, 0), 1);
    point[i] = quantize ? snapped(value) : value;
  }
  return point;
}

/**
 * A point of the 8-bit grid near `point`, no farther from the image in `norm` than `point` is. In linf and l0 that is the
 * nearest gray level of each value. In l2 and l1 nearest levels could leave the ball, or round a faint perturbation of
 * a large image to nothing: values are cut toward the image, then the largest fractions are raised while the norm lasts.
 * @param image on the grid, as is what a PNG is read to.
 */
export function roundToGrid(image: Pixels, point: Pixels, norm: Budget['norm']): Pixels {
  if (norm === 'linf' || norm === 'l0') return roundedToGrid(point);
  const change = scaled(subtract(point, image), levels);
  const cut = new Float64Array(change.length);
  const fraction = new Float64Array(change.length);
  const cost = norm === 'l2' ? (steps: number) => steps * steps : (steps: number) => steps;
  let left = 0;
  for (let i = 0; i < change.length; i++) {
    const whole = towardZero(change[i] as number);
    cut[i] = whole;
    fraction[i] = Math.abs((change[i] as number) - whole);
    left += cost(Math.abs(change[i] as number)) - cost(Math.abs(whole));
  }
  const fractional = placesOf(change.length).filter((i) => (fraction[i] as number) > levels * tolerance);
  for (const i of largestFirst(fraction, fractional)) {
    const steps = Math.abs(cut[i] as number);
    const price = cost(steps + 1) - cost(steps);
    if (price > left + levels * tolerance) continue;
    left -= price;
    cut[i] = (cut[i] as number) + Math.sign(change[i] as number);
  }
  const rounded = new Float32Array(point.length);
  for (let i = 0; i < rounded.length; i++) rounded[i] = valueAt(levelOf(image[i] as number) + (cut[i] as number));
  return rounded;
}

/** Whole gray levels between two pixels; those that float32 has made a hair less count in full. */
function towardZero(change: number): number {
  const whole = Math.round(change);
  return Math.abs(change - whole) < levels * 2 ** -24 ? whole : Math.trunc(change);
}

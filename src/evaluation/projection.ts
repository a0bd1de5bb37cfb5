import type { Budget } from '../attacks/definition.ts';
import { distances } from '../attacks/norms.ts';
import { levelOf, levels, snapToGrid, valueAt } from '../data/grid.ts';
import type { Pixels } from '../data/image.ts';

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

/** True when a point is no farther from the image than the budget allows, up to float32 rounding, and in [0, 1]. */
export function isWithin(image: Pixels, point: Pixels, { norm, epsilon }: Budget, channels: number): boolean {
  const slack = tolerance + roundingOf(norm, image.length);
  return isInRange(point) && distances(image, point, channels)[norm] <= epsilon + slack;
}

/** True when every value is one that a pixel can have. */
export function isInRange(point: Pixels): boolean {
  return point.every((value) => value >= 0 && value <= 1);
}

/** How far float32 can carry a point in a norm, when it rounds all values of a large image the same way. */
function roundingOf(norm: Budget['norm'], size: number): number {
  if (norm === 'l0') return 0;
  return 2 ** -23 * { linf: 1, l2: Math.sqrt(size), l1: size }[norm];
}

/**
 * The map onto budget ∩ [0, 1] around an image; it writes to its argument and returns it. In linf and l1 this is the
 * nearest point (in the Euclidean sense); in l2 the perturbation is scaled onto the ball, then clipped, which only
 * shortens it, the image being in range.
 * With `quantize` the values that lie on the 8-bit grid but for rounding are put on it exactly.
 * @throws RangeError for a norm that has no ball to project onto here.
 */
export function createProjection(image: Pixels, budget: Budget, quantize: boolean): (point: Pixels) => Pixels {
  const ontoBall = ballProjection(image, budget);
  return (point) => {
    ontoBall(point);
    for (let i = 0; i < point.length; i++) point[i] = Math.min(Math.max(point[i] as number, 0), 1);
    return quantize ? snapToGrid(point) : point;
  };
}

function ballProjection(image: Pixels, { norm, epsilon }: Budget): (point: Pixels) => void {
  if (epsilon === Infinity) return () => {};
  switch (norm) {
    case 'linf': {
      const low = image.map((value) => value - epsilon);
      const high = image.map((value) => value + epsilon);
      return (point) => {
        for (let i = 0; i < point.length; i++) {
          point[i] = Math.min(Math.max(point[i] as number, low[i] as number), high[i] as number);
        }
      };
    }
    case 'l2':
      return (point) => {
        const { l2 } = distances(image, point, 1);
        if (l2 <= epsilon) return;
        for (let i = 0; i < point.length; i++) {
          const original = image[i] as number;
          point[i] = original + ((point[i] as number) - original) * (epsilon / l2);
        }
      };
    case 'l1':
      return (point) => {
        // How far each value is to go, and how far it can go in that direction.
        const size = new Float64Array(point).map((value, i) => Math.abs(value - (image[i] as number)));
        const room = new Float64Array(image).map((value, i) => ((point[i] as number) > value ? 1 - value : value));
        const threshold = softThreshold(size, room, epsilon);
        for (let i = 0; i < point.length; i++) {
          const original = image[i] as number;
          const length = Math.min(Math.max((size[i] as number) - threshold, 0), room[i] as number);
          point[i] = original + Math.sign((point[i] as number) - original) * length;
        }
      };
    default:
      throw new RangeError(`no projection onto a ball in ${norm}`);
  }
}

/**
 * The λ ≥ 0 at which Σ min(max(size − λ, 0), room) comes down to `epsilon`, or 0 if it is no more than that at λ = 0:
 * what the exact projection onto l1-ball ∩ [0, 1] takes off every change (Croce & Hein 2021, arXiv:2103.01208,
 * proposition 2.1). The sum is linear between the λ where a change ends (size) or leaves the edge (size − room).
 */
function softThreshold(size: Float64Array, room: Float64Array, epsilon: number): number {
  let clipped = 0;
  for (let i = 0; i < size.length; i++) clipped += Math.min(size[i] as number, room[i] as number);
  if (clipped <= epsilon) return 0;
  const ends = size.filter((value, i) => value > 0 && (room[i] as number) > 0).sort();
  const edges = size
    .map((value, i) => ((room[i] as number) > 0 ? value - (room[i] as number) : 0))
    .filter((value) => value > 0)
    .sort();
  // From the largest λ, where nothing is left, down: `sum` is what is left at λ, `slope` how many changes grow from there.
  let [end, edge, slope, sum] = [ends.length - 1, edges.length - 1, 0, 0];
  let lambda = ends[end] as number;
  for (;;) {
    const next = Math.max(ends[end] ?? 0, edges[edge] ?? 0);
    const grown = sum + slope * (lambda - next);
    if (grown > epsilon) return lambda - (epsilon - sum) / slope;
    [sum, lambda] = [grown, next];
    if (next === 0) return 0;
    if (ends[end] === next) {
      slope++;
      end--;
    } else {
      slope--;
      edge--;
    }
  }
}

/**
 * A point of the 8-bit grid near `point`, no farther from the image in `norm` than `point` is. In linf and l0 that is the
 * nearest gray level of each value. In l2 and l1 nearest levels could leave the ball, or round a faint perturbation of
 * a large image to nothing: values are cut toward the image, then the largest fractions are raised while the norm lasts.
 * @param image on the grid, as is what a PNG is read to.
 */
export function roundToGrid(image: Pixels, point: Pixels, norm: Budget['norm']): Pixels {
  if (norm === 'linf' || norm === 'l0') return point.map((value) => valueAt(levelOf(value)));
  const change = Float64Array.from(point, (value, i) => levels * (value - (image[i] as number)));
  const cut = change.map(towardZero);
  const cost = norm === 'l2' ? (steps: number) => steps * steps : (steps: number) => steps;
  let left = 0;
  for (let i = 0; i < change.length; i++) {
    left += cost(Math.abs(change[i] as number)) - cost(Math.abs(cut[i] as number));
  }
  const fraction = change.map((value, i) => Math.abs(value - (cut[i] as number)));
  const fractional = Uint32Array.from(fraction.keys()).filter((i) => (fraction[i] as number) > levels * tolerance);
  for (const i of fractional.sort((a, b) => (fraction[b] as number) - (fraction[a] as number))) {
    const steps = Math.abs(cut[i] as number);
    const price = cost(steps + 1) - cost(steps);
    if (price > left + levels * tolerance) continue;
    left -= price;
    cut[i] = (cut[i] as number) + Math.sign(change[i] as number);
  }
  return point.map((_, i) => valueAt(levelOf(image[i] as number) + (cut[i] as number)));
}

/** Whole gray levels between two pixels; those that float32 has made a hair less count in full. */
function towardZero(change: number): number {
  const whole = Math.round(change);
  return Math.abs(change - whole) < levels * 2 ** -24 ? whole : Math.trunc(change);
}

import type { ConvexNorm } from './norms.ts';

/**
 * Moves a point onto the ball of radius `epsilon` around an image, in place. What it gives, clipped to [0, 1], is the
 * nearest point of ball ∩ [0, 1] in the Euclidean sense.
 */
export function projectOntoBall(point: Float32Array, image: Float32Array, norm: ConvexNorm, epsilon: number): void {
  ontoBall[norm](point, image, epsilon);
}

const ontoBall = { linf: clampChanges, l2: shrinkChanges, l1: shortenChanges };

function clampChanges(point: Float32Array, image: Float32Array, epsilon: number): void {
  for (let i = 0; i < point.length; i++) {
    const original = image[i] as number;
    point[i] = Math.min(Math.max(point[i] as number, original - epsilon), original + epsilon);
  }
}

function shrinkChanges(point: Float32Array, image: Float32Array, epsilon: number): void {
  const factor = largestFactor(point, image, epsilon);
  if (factor === 1) return;
  for (let i = 0; i < point.length; i++) {
    const original = image[i] as number;
    point[i] = original + ((point[i] as number) - original) * factor;
  }
}

function shortenChanges(point: Float32Array, image: Float32Array, epsilon: number): void {
  const threshold = softThreshold(point, image, epsilon);
  for (let i = 0; i < point.length; i++) {
    const [value, original] = [point[i] as number, image[i] as number];
    const size = Math.min(Math.max(Math.abs(value - original) - threshold, 0), roomToward(value, original));
    point[i] = original + Math.sign(value - original) * size;
  }
}

/** How far an image's value can go toward another, to the edge of [0, 1]. */
function roomToward(value: number, original: number): number {
  return value > original ? 1 - original : original;
}

/**
 * The s ≤ 1 at which √Σ min(s · size, room)² comes down to `epsilon`, or 1 if it is no more than that there, where a
 * value's size is how far it is to go, and its room how far it can. By the
 * conditions of Karush, Kuhn & Tucker the nearest point of ball ∩ range is the range's clip of the point drawn to the image
 * by such a factor; scaling all of the way onto the ball first would leave unused what is clipped then.
 */
function largestFactor(point: Float32Array, image: Float32Array, epsilon: number): number {
  // Values at the edge stay there as the factor grows, so that each round adds to them, and some round adds none.
  for (let factor = 0; ; ) {
    let [atEdge, free] = [0, 0];
    for (let i = 0; i < point.length; i++) {
      const [value, original] = [point[i] as number, image[i] as number];
      const [size, room] = [Math.abs(value - original), roomToward(value, original)];
      if (factor * size >= room) atEdge += room * room;
      else free += size * size;
    }
    const next = free > 0 ? Math.sqrt(Math.max(epsilon * epsilon - atEdge, 0) / free) : 1;
    if (!(next < 1 && next > factor)) return next >= 1 ? 1 : factor;
    factor = next;
  }
}

/**
 * The λ ≥ 0 at which Σ min(max(size − λ, 0), room) comes down to `epsilon`, or 0 if it is no more than that at λ = 0:
 * what the exact projection onto l1-ball ∩ [0, 1] takes off every change (Croce & Hein 2021, arXiv:2103.01208,
 * proposition 2.1). The sum is linear between the λ where a change ends (size) or leaves the edge (size − room).
 */
function softThreshold(point: Float32Array, image: Float32Array, epsilon: number): number {
  const ends = new Float64Array(point.length);
  const edges = new Float64Array(point.length);
  let [clipped, ended, atEdge] = [0, 0, 0];
  for (let i = 0; i < point.length; i++) {
    const [value, original] = [point[i] as number, image[i] as number];
    const [size, room] = [Math.abs(value - original), roomToward(value, original)];
    clipped += Math.min(size, room);
    if (!(room > 0)) continue;
    if (size > 0) ends[ended++] = size;
    if (size - room > 0) edges[atEdge++] = size - room;
  }
  if (clipped <= epsilon) return 0;
  return thresholdBetween(ends.subarray(0, ended).sort(), edges.subarray(0, atEdge).sort(), epsilon);
}

/** @param ends sorted. @param edges sorted. */
function thresholdBetween(ends: Float64Array, edges: Float64Array, epsilon: number): number {
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

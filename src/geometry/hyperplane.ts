import type { Functional } from '../models/functional.ts';
import { euclideanNorm } from './norms.ts';

/** The norms in which the nearest point of a hyperplane has a formula. */
export type HyperplaneNorm = 'linf' | 'l2' | 'l1';

/** Where a function, linearized at a point x, is zero: all z with value + ⟨normal, z − x⟩ = 0. */
export interface Hyperplane {
  /** The function at x. */
  readonly value: number;
  /** Its gradient at x. */
  readonly normal: Float32Array;
  /** How far x is from the hyperplane in the norm, were there no range of pixels: |value| / ‖normal‖ in the dual norm. */
  readonly distance: number;
}

/** ‖·‖q with 1/p + 1/q = 1. */
const dual = { linf: 'l1', l2: 'l2', l1: 'linf' } as const;

const lengths: Readonly<Record<HyperplaneNorm, (vector: ArrayLike<number>) => number>> = {
  linf(vector) {
    let largest = 0;
    for (let i = 0; i < vector.length; i++) largest = Math.max(largest, Math.abs(vector[i] as number));
    return largest;
  },
  l2: euclideanNorm,
  l1(vector) {
    let sum = 0;
    for (let i = 0; i < vector.length; i++) sum += Math.abs(vector[i] as number);
    return sum;
  },
};

/** Length of a vector in a norm, summed in float64. */
export function lengthOf(vector: ArrayLike<number>, norm: HyperplaneNorm): number {
  return lengths[norm](vector);
}

/** z_class − z_rival, linear in the logits: zero on the boundary between the two. */
export function logitDifference(to: number, from: number, classes: number): Functional {
  const weights = new Float32Array(classes);
  weights[to] = 1;
  weights[from] = -1;
  return { kind: 'weights', output: 'logits', weights };
}

/**
 * Of functions with these values and gradients at a point, the one whose linearization is zero nearest to it in `norm`;
 * the first of equals.
 * @returns `undefined` where no gradient has a direction, all being zero or not finite.
 */
export function nearestHyperplane(
  values: readonly number[],
  gradients: readonly Float32Array[],
  norm: HyperplaneNorm,
): Hyperplane | undefined {
  let nearest: Hyperplane | undefined;
  for (const [k, normal] of gradients.entries()) {
    const value = values[k] as number;
    const slope = lengthOf(normal, dual[norm]);
    if (!(slope > 0 && slope < Infinity)) continue;
    const distance = Math.abs(value) / slope;
    if (distance < (nearest?.distance ?? Infinity)) nearest = { value, normal, distance };
  }
  return nearest;
}

/**
 * The smallest change δ in `norm` with ⟨normal, δ⟩ = needed and point + δ in [0, 1]: the projection onto a hyperplane
 * within the range of pixels (proj_p of Croce & Hein 2020, arXiv:1907.02044). Where the range does not reach the
 * hyperplane, the change to its point that comes closest. All norms move a value only where that helps:
 * in linf each as far as the others, or to the edge; in l2 in proportion to the normal, or to the edge; in l1 the values
 * with the largest part of the normal, to the edge, and the last of them as far as needed.
 * @param point in [0, 1]
 * @param normal finite, not zero
 */
export function changeOnto(
  point: ArrayLike<number>,
  normal: ArrayLike<number>,
  needed: number,
  norm: HyperplaneNorm,
): Float64Array {
  const sign = Math.sign(needed);
  // Relative to the largest, so that neither squares nor quotients leave the numbers there are.
  const largest = lengthOf(normal, 'linf');
  const gains = Float64Array.from(normal, (w) => Math.abs(w) / largest);
  const room = Float64Array.from(point, (value, i) => {
    if (gains[i] === 0) return 0;
    return sign * (normal[i] as number) > 0 ? 1 - value : value;
  });
  const sizes = sizesOf(gains, room, Math.abs(needed) / largest, norm);
  return sizes.map((size, i) => sign * Math.sign(normal[i] as number) * size);
}

function sizesOf(gains: Float64Array, room: Float64Array, needed: number, norm: HyperplaneNorm): Float64Array {
  switch (norm) {
    case 'linf':
      return inProportion(gains, room, needed, gains.map(Math.sign));
    case 'l2':
      return inProportion(gains, room, needed, gains);
    case 'l1':
      return largestFirst(gains, room, needed);
  }
}

/**
 * min(λ · proportion, room) with the λ at which Σ gain · size is as much as needed. That sum is concave and piecewise
 * linear in λ, so Newton's method goes up to the solution from 0, and is there once no value reaches its edge any more.
 */
function inProportion(
  gains: Float64Array,
  room: Float64Array,
  needed: number,
  proportions: Float64Array,
): Float64Array {
  for (let lambda = 0; ; ) {
    let [full, slope] = [0, 0];
    for (let i = 0; i < gains.length; i++) {
      const [gain, most, proportion] = [gains[i] as number, room[i] as number, proportions[i] as number];
      if (most <= lambda * proportion) full += gain * most;
      else slope += gain * proportion;
    }
    if (slope === 0) return room;
    const next = (needed - full) / slope;
    if (next <= lambda) return room.map((most, i) => Math.min(most, lambda * (proportions[i] as number)));
    lambda = next;
  }
}

/** All the room of the values with the largest gains, and as much of the next as is still needed. */
function largestFirst(gains: Float64Array, room: Float64Array, needed: number): Float64Array {
  const sorted = gains.slice().sort();
  const reached = (least: number) =>
    gains.reduce((sum, gain, i) => (gain >= least ? sum + gain * (room[i] as number) : sum), 0);
  if (reached(0) <= needed) return room;
  // The largest gain such that the values which gain that much are enough, by its place among all.
  let [enough, few] = [0, sorted.length];
  while (few - enough > 1) {
    const middle = (enough + few) >> 1;
    if (reached(sorted[middle] as number) >= needed) enough = middle;
    else few = middle;
  }
  const last = sorted[enough] as number;
  let left = needed;
  for (let i = 0; i < gains.length; i++)
    if ((gains[i] as number) > last) left -= (gains[i] as number) * (room[i] as number);
  return room.map((most, i) => {
    const gain = gains[i] as number;
    if (gain !== last) return gain > last ? most : 0;
    const size = Math.min(most, Math.max(left, 0) / last);
    left -= gain * size;
    return size;
  });
}

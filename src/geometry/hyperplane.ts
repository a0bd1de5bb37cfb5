import { type ConvexNorm, dualNorm, lengthOf } from './norms.ts';

/** Where a function, linearized at a point x, is zero: all z with value + ⟨normal, z − x⟩ = 0. */
export interface Hyperplane {
  /** The function at x. */
  readonly value: number;
  /** Its gradient at x. */
  readonly normal: Float32Array;
  /** How far x is from the hyperplane in the norm, were there no range of pixels: |value| / ‖normal‖ in the dual norm. */
  readonly distance: number;
}

/**
 * Of functions with these values and gradients at a point, the one whose linearization is zero nearest to it in `norm`;
 * the first of equals.
 * @returns `undefined` where no gradient has a direction, all being zero or not finite.
 */
export function nearestHyperplane(
  values: readonly number[],
  gradients: readonly Float32Array[],
  norm: ConvexNorm,
): Hyperplane | undefined {
  let nearest: Hyperplane | undefined;
  for (const [k, normal] of gradients.entries()) {
    const value = values[k] as number;
    const slope = lengthOf(normal, dualNorm[norm]);
    if (!(slope > 0 && slope < Infinity)) continue;
    const distance = Math.abs(value) / slope;
    if (distance < (nearest?.distance ?? Infinity)) nearest = { value, normal, distance };
  }
  return nearest;
}

/** The gains of the change that is being found: attacks ask for one at every step, and a new array took longer than it. */
let gainsOfAll = new Float64Array();

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
  norm: ConvexNorm,
): Float64Array {
  const side = Math.sign(needed);
  // Relative to the largest, so that neither squares nor quotients leave the numbers there are.
  const largest = lengthOf(normal, 'linf');
  if (gainsOfAll.length !== normal.length) gainsOfAll = new Float64Array(normal.length);
  const gains = gainsOfAll;
  const room = new Float64Array(normal.length);
  for (let i = 0; i < gains.length; i++) {
    const w = normal[i] as number;
    const value = point[i] as number;
    const gain = Math.abs(w) / largest;
    gains[i] = gain;
    if (gain !== 0) room[i] = side * w > 0 ? 1 - value : value;
  }
  const change = sizesOf(gains, room, Math.abs(needed) / largest, norm);
  for (let i = 0; i < change.length; i++) {
    if (side * (normal[i] as number) < 0) change[i] = -(change[i] as number);
  }
  return change;
}

/** How far each value goes, whichever way. Takes `room` over. */
function sizesOf(gains: Float64Array, room: Float64Array, needed: number, norm: ConvexNorm): Float64Array {
  switch (norm) {
    case 'linf':
      return upToEdges(gains, room, needed, false);
    case 'l2':
      return upToEdges(gains, room, needed, true);
    case 'l1':
      return steepestFirst(gains, room, needed);
  }
}

/**
 * min(λ · proportion, room) with the λ at which Σ gain · size is as much as needed. That sum is concave and piecewise
 * linear in λ, so Newton's method goes up to the solution from 0, and is there once no value reaches its edge any more.
 * @param inProportion to the gains; else every proportion is 1
 */
function upToEdges(gains: Float64Array, room: Float64Array, needed: number, inProportion: boolean): Float64Array {
  for (let lambda = 0; ; ) {
    let full = 0;
    let slope = 0;
    for (let i = 0; i < gains.length; i++) {
      const gain = gains[i] as number;
      const most = room[i] as number;
      const proportion = inProportion ? gain : 1;
      if (most <= lambda * proportion) full += gain * most;
      else slope += gain * proportion;
    }
    if (slope === 0) return room;
    const next = (needed - full) / slope;
    if (next <= lambda) {
      for (let i = 0; i < room.length; i++) {
        const proportion = inProportion ? (gains[i] as number) : 1;
        room[i] = Math.min(room[i] as number, lambda * proportion);
      }
      return room;
    }
    lambda = next;
  }
}

/** All the room of the values with the largest gains, and as much of the next as is still needed. */
function steepestFirst(gains: Float64Array, room: Float64Array, needed: number): Float64Array {
  const sorted = gains.slice().sort();
  if (gainFrom(0, gains, room) <= needed) return room;
  // The largest gain such that the values which gain that much are enough, by its place among all.
  let [enough, few] = [0, sorted.length];
  while (few - enough > 1) {
    const middle = (enough + few) >> 1;
    if (gainFrom(sorted[middle] as number, gains, room) >= needed) enough = middle;
    else few = middle;
  }
  const last = sorted[enough] as number;
  let left = needed;
  for (let i = 0; i < gains.length; i++) {
    const gain = gains[i] as number;
    if (gain > last) left -= gain * (room[i] as number);
  }
  for (let i = 0; i < room.length; i++) {
    const gain = gains[i] as number;
    if (gain > last) continue;
    const size = gain < last ? 0 : Math.min(room[i] as number, Math.max(left, 0) / last);
    left -= gain * size;
    room[i] = size;
  }
  return room;
}

/** What the values gain in all whose gain is no less than `least`, each going to its edge. */
function gainFrom(least: number, gains: Float64Array, room: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < gains.length; i++) {
    const gain = gains[i] as number;
    if (gain >= least) sum += gain * (room[i] as number);
  }
  return sum;
}

import type { ConvexNorm } from './norms.ts';
import { lengthOf } from './norms.ts';
import { largestFirst } from './order.ts';
import { addScaled } from './vector.ts';

/**
 * The direction of unit length in `norm` in which a function with this gradient rises fastest:
 * sign(g) for linf, g / ‖g‖₂ for l2. Zero where the gradient is zero or not finite: there is no direction to go.
 */
export function steepestAscent(gradient: ArrayLike<number>, norm: 'linf' | 'l2'): Float64Array {
  const direction = new Float64Array(gradient.length);
  if (norm === 'linf') {
    for (let i = 0; i < direction.length; i++) direction[i] = finiteSign(gradient[i] as number);
    return direction;
  }
  const length = lengthOf(gradient, 'l2');
  if (!(length > 0 && Number.isFinite(length))) return direction;
  for (let i = 0; i < direction.length; i++) direction[i] = (gradient[i] as number) / length;
  return direction;
}

/** 1, 0 or −1; 0 where it is not finite. Without a jump that depends on the sign, which processors would guess wrong. */
function finiteSign(value: number): number {
  return Number.isFinite(value) ? Number(value > 0) - Number(value < 0) : 0;
}

/**
 * x moved by `length` in `norm`, in the direction in which a function with this gradient rises fastest. In l1 that is the
 * single value with the largest derivative, and when it has reached the edge of [0, 1] the next: the steepest step in
 * l1-ball ∩ [0, 1] (Croce & Hein 2021, arXiv:2103.01208, proposition 2.2).
 */
export function ascend(x: Float32Array, gradient: Float32Array, norm: ConvexNorm, length: number): Float32Array {
  if (norm === 'l2') return addScaled(x, steepestAscent(gradient, norm), length);
  const moved = x.slice();
  if (norm === 'linf') {
    for (let i = 0; i < x.length; i++) moved[i] = (x[i] as number) + length * finiteSign(gradient[i] as number);
    return moved;
  }
  // Room to the edge of the range in the direction of the derivative.
  const room = new Float32Array(x.length);
  const slopes = new Float32Array(x.length);
  for (let i = 0; i < x.length; i++) {
    const [value, g] = [x[i] as number, gradient[i] as number];
    const most = Math.fround(g > 0 ? 1 - value : value);
    room[i] = most;
    if (Number.isFinite(g) && most > 0) slopes[i] = Math.abs(g);
  }
  let left = length;
  for (const i of steepestFirst(slopes)) {
    const part = Math.min(room[i] as number, left);
    moved[i] = (x[i] as number) + part * Math.sign(gradient[i] as number);
    left -= part;
    if (left <= 0) break;
  }
  return moved;
}

/** Places of the slopes above zero, the largest slope first. Puts only as many in order as are asked for, roughly. */
function* steepestFirst(slopes: Float32Array): Generator<number> {
  const sorted = slopes.slice().sort();
  let above = Infinity;
  for (let count = 256; above > 0; count *= 8) {
    const least = sorted[Math.max(sorted.length - count, 0)] as number;
    const places: number[] = [];
    for (let i = 0; i < slopes.length; i++) {
      const slope = slopes[i] as number;
      if (slope > 0 && slope >= least && slope < above) places.push(i);
    }
    yield* largestFirst(slopes, Uint32Array.from(places));
    above = count < sorted.length ? least : 0;
  }
}

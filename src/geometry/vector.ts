/** An image, a gradient, a direction: one number a value, in float32 or float64. */
export type Vector = Float32Array | Float64Array;

/** ⟨a, b⟩, summed in float64 in the order of the values. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** ⟨direction, to − from⟩, summed as `dot` does. */
export function dotWithChange(direction: ArrayLike<number>, from: ArrayLike<number>, to: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < direction.length; i++) {
    sum += (direction[i] as number) * ((to[i] as number) - (from[i] as number));
  }
  return sum;
}

/** to − from, in float64. */
export function subtract(to: ArrayLike<number>, from: ArrayLike<number>): Float64Array {
  const difference = new Float64Array(to.length);
  for (let i = 0; i < difference.length; i++) difference[i] = (to[i] as number) - (from[i] as number);
  return difference;
}

/** factor · x, in float64. */
export function scaled(x: ArrayLike<number>, factor: number): Float64Array {
  const product = new Float64Array(x.length);
  for (let i = 0; i < product.length; i++) product[i] = factor * (x[i] as number);
  return product;
}

/**
 * x + step · direction, computed in float64 and rounded once to what x holds. A step of zero goes nowhere, even where the
 * direction is not finite.
 */
export function addScaled<V extends Vector>(x: V, direction: ArrayLike<number>, step: number): V {
  const sum = x.slice() as V;
  accumulate(sum, direction, step);
  return sum;
}

/** `addScaled` in place. */
export function accumulate(sum: Vector, direction: ArrayLike<number>, step: number): void {
  if (step === 0) return;
  for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + step * (direction[i] as number);
}

/** from + part · (to − from), computed in float64: `from` at 0, `to` at 1, beyond it above. */
export function between(from: Float32Array, to: Float32Array, part: number): Float32Array {
  const point = new Float32Array(from.length);
  for (let i = 0; i < point.length; i++) {
    const start = from[i] as number;
    point[i] = start + part * ((to[i] as number) - start);
  }
  return point;
}

/** 1, 0 or −1 for every value; 0 where it is not a number. */
export function sign(x: ArrayLike<number>): Float64Array {
  const signs = new Float64Array(x.length);
  for (let i = 0; i < signs.length; i++) signs[i] = Math.sign(x[i] as number) || 0;
  return signs;
}

/** The vector with 0 in place of values that are not finite; the very same one where there are none. */
export function finite(x: Float32Array): Float32Array {
  return allFinite(x) ? x : x.map((value) => (Number.isFinite(value) ? value : 0));
}

/** True where every value is a finite number. */
export function allFinite(x: ArrayLike<number>): boolean {
  for (let i = 0; i < x.length; i++) if (!Number.isFinite(x[i])) return false;
  return true;
}

/** True where every value is zero. */
export function allZero(x: ArrayLike<number>): boolean {
  for (let i = 0; i < x.length; i++) if (x[i] !== 0) return false;
  return true;
}

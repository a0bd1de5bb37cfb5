/** The norms in which perturbations are measured. `l0` counts pixels (all channels together), as JSMA and C&W do. */
export const norms = ['linf', 'l2', 'l1', 'l0'] as const;
export type Norm = (typeof norms)[number];

/** Size of a perturbation in every norm, in units of the pixel range [0, 1]; `l0` in pixels. */
export type Norms = Readonly<Record<Norm, number>>;

/**
 * Norms of `to − from`, summed in float64.
 * @param channels values a pixel has; a pixel counts once in l0, however many of its channels changed.
 */
export function distances(from: ArrayLike<number>, to: ArrayLike<number>, channels: number): Norms {
  let [linf, squares, l1, l0] = [0, 0, 0, 0];
  for (let start = 0; start < from.length; start += channels) {
    let changed = false;
    for (let i = start; i < start + channels; i++) {
      const size = Math.abs((to[i] as number) - (from[i] as number));
      linf = Math.max(linf, size);
      squares += size * size;
      l1 += size;
      changed ||= size > 0;
    }
    if (changed) l0++;
  }
  return { linf, l2: Math.sqrt(squares), l1, l0 };
}

/** √Σv², free of overflow and of underflow to zero. */
export function euclideanNorm(vector: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < vector.length; i++) largest = Math.max(largest, Math.abs(vector[i] as number));
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += ((vector[i] as number) / largest) ** 2;
  return largest * Math.sqrt(sum);
}

/**
 * The direction of unit length in `norm` in which a function with this gradient rises fastest:
 * sign(g) for linf, g / ‖g‖₂ for l2. Zero where the gradient is zero or not finite: there is no direction to go.
 */
export function steepestAscent(gradient: Float32Array | Float64Array, norm: 'linf' | 'l2'): Float64Array {
  if (norm === 'linf') return Float64Array.from(gradient, (g) => (Number.isFinite(g) ? Math.sign(g) : 0));
  const length = euclideanNorm(gradient);
  return Float64Array.from(gradient, (g) => (length > 0 && Number.isFinite(length) ? g / length : 0));
}

/** x + step · direction, rounded once to float32. */
export function addScaled(x: Float32Array, direction: ArrayLike<number>, step: number): Float32Array {
  return x.map((value, i) => value + step * (direction[i] as number));
}

/**
 * x moved by `length` in `norm`, in the direction in which a function with this gradient rises fastest. In l1 that is the
 * single value with the largest derivative, and when it has reached the edge of [0, 1] the next: the steepest step in
 * l1-ball ∩ [0, 1] (Croce & Hein 2021, arXiv:2103.01208, proposition 2.2).
 */
export function ascend(
  x: Float32Array,
  gradient: Float32Array,
  norm: 'linf' | 'l2' | 'l1',
  length: number,
): Float32Array {
  if (norm !== 'l1') return addScaled(x, steepestAscent(gradient, norm), length);
  const moved = x.slice();
  // Room to the edge of the range in the direction of the derivative.
  const room = x.map((value, i) => ((gradient[i] as number) > 0 ? 1 - value : value));
  const slopes = gradient.map((g, i) => (Number.isFinite(g) && (room[i] as number) > 0 ? Math.abs(g) : 0));
  let left = length;
  for (const i of largestFirst(slopes)) {
    const part = Math.min(room[i] as number, left);
    moved[i] = (x[i] as number) + part * Math.sign(gradient[i] as number);
    left -= part;
    if (left <= 0) break;
  }
  return moved;
}

/** Places of the values above zero, the largest value first. Puts only as many in order as are asked for, roughly. */
function* largestFirst(values: Float32Array): Generator<number> {
  const sorted = values.slice().sort();
  let above = Infinity;
  for (let count = 256; above > 0; count *= 8) {
    const least = sorted[Math.max(sorted.length - count, 0)] as number;
    const places: number[] = [];
    values.forEach((value, i) => {
      if (value > 0 && value >= least && value < above) places.push(i);
    });
    yield* places.sort((a, b) => (values[b] as number) - (values[a] as number));
    above = count < sorted.length ? least : 0;
  }
}

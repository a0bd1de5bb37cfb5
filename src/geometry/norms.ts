/** The norms in which perturbations are measured. `l0` counts pixels (all channels together), as JSMA and C&W do. */
export const norms = ['linf', 'l2', 'l1', 'l0'] as const;
export type Norm = (typeof norms)[number];

/** Those that are norms in the sense of mathematics: their balls are convex. */
export type ConvexNorm = Exclude<Norm, 'l0'>;

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

/** ‖·‖q with 1/p + 1/q = 1: how much a function with this gradient can rise along a change of length 1 in ‖·‖p. */
export const dualNorm = { linf: 'l1', l2: 'l2', l1: 'linf' } as const satisfies Record<ConvexNorm, ConvexNorm>;

/** Length of a vector in a norm, summed in float64; in l2 free of overflow and of underflow to zero. */
export function lengthOf(vector: ArrayLike<number>, norm: ConvexNorm): number {
  switch (norm) {
    case 'linf':
      return largestSize(vector);
    case 'l2':
      return euclideanLength(vector);
    case 'l1':
      return sumOfSizes(vector);
  }
}

function largestSize(vector: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < vector.length; i++) largest = Math.max(largest, Math.abs(vector[i] as number));
  return largest;
}

function euclideanLength(vector: ArrayLike<number>): number {
  const largest = largestSize(vector);
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += ((vector[i] as number) / largest) ** 2;
  return largest * Math.sqrt(sum);
}

function sumOfSizes(vector: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += Math.abs(vector[i] as number);
  return sum;
}

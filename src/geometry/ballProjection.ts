import type { Pixels } from '../data/image.ts';

/**
 * The map onto the ball of radius `epsilon` around an image; it writes to its argument. What it gives, clipped to [0, 1], is
 * the nearest point of ball ∩ [0, 1] in the Euclidean sense.
 */
export function ballProjection(image: Pixels, norm: 'linf' | 'l2' | 'l1', epsilon: number): (point: Pixels) => void {
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
        const factor = largestFactor(...changesOf(image, point), epsilon);
        for (let i = 0; i < point.length && factor < 1; i++) {
          const original = image[i] as number;
          point[i] = original + ((point[i] as number) - original) * factor;
        }
      };
    case 'l1':
      return (point) => {
        const [size, room] = changesOf(image, point);
        const threshold = softThreshold(size, room, epsilon);
        for (let i = 0; i < point.length; i++) {
          const original = image[i] as number;
          const length = Math.min(Math.max((size[i] as number) - threshold, 0), room[i] as number);
          point[i] = original + Math.sign((point[i] as number) - original) * length;
        }
      };
  }
}

/** How far each value is to go, and how far it can go in that direction. */
function changesOf(image: Pixels, point: Pixels): [size: Float64Array, room: Float64Array] {
  return [
    Float64Array.from(point, (value, i) => Math.abs(value - (image[i] as number))),
    Float64Array.from(image, (value, i) => ((point[i] as number) > value ? 1 - value : value)),
  ];
}

/**
 * The s ≤ 1 at which √Σ min(s · size, room)² comes down to `epsilon`, or 1 if it is no more than that there. By the
 * conditions of Karush, Kuhn & Tucker the nearest point of ball ∩ range is the range's clip of the point drawn to the image
 * by such a factor; scaling all of the way onto the ball first would leave unused what is clipped then.
 */
function largestFactor(size: Float64Array, room: Float64Array, epsilon: number): number {
  // Values at the edge stay there as the factor grows, so that each round adds to them, and some round adds none.
  for (let factor = 0; ; ) {
    let [atEdge, free] = [0, 0];
    for (let i = 0; i < size.length; i++) {
      const [wish, most] = [size[i] as number, room[i] as number];
      if (factor * wish >= most) atEdge += most * most;
      else free += wish * wish;
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

import type { Pixels } from '../data/image.ts';
import { distances } from './norms.ts';

/**
 * The map onto the ball of radius `epsilon` around an image; it writes to its argument. In linf and l1 what it gives,
 * clipped to [0, 1], is the nearest point of ball ∩ [0, 1] in the Euclidean sense; in l2 the perturbation is scaled.
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

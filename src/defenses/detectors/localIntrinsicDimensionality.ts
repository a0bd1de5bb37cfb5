import type { FeatureScore } from './lateActivations.ts';

/** If all neighbors are equally far, the estimate is infinite: it is limited to this. */
const largestEstimate = 1e4;

/** Rounding in batches of different sizes moves features by less than this fraction of their length. */
const rounding = 1e-5;

/**
 * The maximum likelihood estimate of local intrinsic dimensionality, −(1/k Σᵢ log(rᵢ / r_k))⁻¹ with the distances rᵢ to
 * the k nearest neighbors (Ma et al. 2018, equation 4), and its gradient, the neighbors staying the same. A reference
 * point equal to the features is not a neighbor: the image may be in the reference itself.
 * @param reference points, one after the other.
 * @param size features of a point.
 * @param neighbors k; all points if there are fewer.
 */
export function localIntrinsicDimensionality(reference: Float32Array, size: number, neighbors: number): FeatureScore {
  const count = reference.length / size;
  return (features) => {
    let norm = 0;
    for (const x of features) norm += x * x;
    const points = Array.from({ length: count }, (_, index) => ({
      index,
      square: squaredDistance(features, reference, index * size),
    }))
      .filter(({ square }) => square > rounding * rounding * norm)
      .sort((a, b) => a.square - b.square || a.index - b.index)
      .slice(0, neighbors);
    const last = points.at(-1);
    if (last === undefined) return { value: 0, gradient: () => new Float32Array(size) };
    let sum = 0;
    for (const { square } of points) sum += Math.log(last.square / square) / 2;
    const value = Math.min(largestEstimate, points.length / sum);
    return {
      value,
      gradient() {
        const gradient = new Float64Array(size);
        if (value === largestEstimate) return Float32Array.from(gradient);
        // With m = Σ / k the gradient is −m⁻² ∇m, and ∇ log r = (f − x) / r².
        const add = ({ index, square }: { index: number; square: number }, weight: number) => {
          for (let i = 0; i < size; i++) {
            const difference = (features[i] as number) - (reference[index * size + i] as number);
            gradient[i] = (gradient[i] as number) + (weight * difference) / square;
          }
        };
        for (const point of points) add(point, (value * value) / points.length);
        add(last, -value * value);
        return Float32Array.from(gradient);
      },
    };
  };
}

function squaredDistance(features: Float32Array, reference: Float32Array, from: number): number {
  let sum = 0;
  for (let i = 0; i < features.length; i++) {
    sum += ((features[i] as number) - (reference[from + i] as number)) ** 2;
  }
  return sum;
}

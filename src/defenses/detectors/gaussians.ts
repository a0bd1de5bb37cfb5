import type { FeatureScore } from './lateActivations.ts';

/** Gaussians of several classes with a common covariance. */
export interface Gaussians {
  /** The mean of each class, one after the other. */
  readonly means: Float32Array;
  /** The inverse of the lower Cholesky factor of the covariance, row by row: it makes distances Euclidean. */
  readonly whitening: Float32Array;
  /** How much of the covariance is the identity, scaled: from 0 to 1. */
  readonly shrinkage: number;
}

/** The minimum share of the identity, so that the covariance always has an inverse. */
const leastShrinkage = 1e-6;

/**
 * Fits class means and the covariance around them (Lee et al. 2018, equation 1), shrunk towards a multiple of the
 * identity by how uncertain its estimate is (Ledoit & Wolf 2004, “A well-conditioned estimator for large-dimensional
 * covariance matrices”, Lemma 3.2 to 3.4): with few images, or features that never vary, the plain one has no inverse.
 * @param labels class of each, from 0 to `classes` − 1; every class has at least one.
 * @returns undefined if the features are the same in all images of a class.
 */
export function fitGaussians(
  features: readonly Float32Array[],
  labels: readonly number[],
  classes: number,
): Gaussians | undefined {
  const size = features[0]?.length ?? 0;
  const means = meansOf(features, labels, classes, size);
  const covariance = new Float64Array(size * size);
  const residual = new Float64Array(size);
  let fourthMoments = 0;
  for (const [n, row] of features.entries()) {
    let squares = 0;
    for (let i = 0; i < size; i++) {
      const r = (row[i] as number) - (means[(labels[n] as number) * size + i] as number);
      residual[i] = r;
      squares += r * r;
    }
    fourthMoments += squares * squares;
    for (let i = 0; i < size; i++) {
      const r = (residual[i] as number) / features.length;
      // Rectified features are often zero.
      if (r === 0) continue;
      for (let j = 0; j <= i; j++)
        covariance[i * size + j] = (covariance[i * size + j] as number) + r * (residual[j] as number);
    }
  }
  let [trace, squaredNorm] = [0, 0];
  for (let i = 0; i < size; i++) {
    trace += covariance[i * size + i] as number;
    for (let j = 0; j <= i; j++) squaredNorm += (i === j ? 1 : 2) * (covariance[i * size + j] as number) ** 2;
  }
  const scale = trace / size;
  if (!(scale > 0)) return undefined;
  // Distances of the covariance from the scaled identity, and (at most as far) from the true one.
  const fromIdentity = squaredNorm - size * scale * scale;
  const fromTruth = Math.max(0, (fourthMoments / features.length - squaredNorm) / features.length);
  const shrinkage = Math.max(leastShrinkage, fromTruth < fromIdentity ? fromTruth / fromIdentity : 1);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) covariance[i * size + j] = (covariance[i * size + j] as number) * (1 - shrinkage);
    covariance[i * size + i] = (covariance[i * size + i] as number) + shrinkage * scale;
  }
  return { means, whitening: inverseOfFactor(covariance, size), shrinkage };
}

/**
 * The squared distance of features to the nearest class, (f − μ)ᵀ Σ⁻¹ (f − μ), and its gradient with respect to them.
 * @param size number of features.
 */
export function mahalanobisDistance(
  { means, whitening }: Pick<Gaussians, 'means' | 'whitening'>,
  size: number,
): FeatureScore {
  const whitened = Array.from({ length: means.length / size }, (_, c) =>
    times(whitening, means.subarray(c * size, (c + 1) * size)),
  );
  return (features) => {
    const own = times(whitening, features);
    let value = Infinity;
    let nearest = own;
    for (const mean of whitened) {
      let distance = 0;
      for (let i = 0; i < size; i++) distance += ((own[i] as number) - (mean[i] as number)) ** 2;
      if (!(distance < value)) continue;
      value = distance;
      nearest = mean;
    }
    return {
      value,
      gradient() {
        const gradient = new Float64Array(size);
        for (let i = 0; i < size; i++) {
          const difference = 2 * ((own[i] as number) - (nearest[i] as number));
          for (let j = 0; j <= i; j++) {
            gradient[j] = (gradient[j] as number) + difference * (whitening[i * size + j] as number);
          }
        }
        return Float32Array.from(gradient);
      },
    };
  };
}

function meansOf(
  features: readonly Float32Array[],
  labels: readonly number[],
  classes: number,
  size: number,
): Float32Array {
  const sums = new Float64Array(classes * size);
  const counts = new Float64Array(classes);
  for (const [n, row] of features.entries()) {
    const label = labels[n] as number;
    counts[label] = (counts[label] as number) + 1;
    for (let i = 0; i < size; i++) sums[label * size + i] = (sums[label * size + i] as number) + (row[i] as number);
  }
  return Float32Array.from(sums, (sum, i) => sum / (counts[Math.floor(i / size)] as number));
}

/** L⁻¹ of a symmetric positive definite matrix L Lᵀ, whose lower half is given and overwritten by L. */
function inverseOfFactor(matrix: Float64Array, size: number): Float32Array {
  const at = (i: number, j: number) => matrix[i * size + j] as number;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = at(i, j);
      for (let k = 0; k < j; k++) sum -= at(i, k) * at(j, k);
      matrix[i * size + j] = i === j ? Math.sqrt(sum) : sum / at(j, j);
    }
  }
  // Row i of the inverse follows from the rows above it: L_ii R_i = e_i − Σ_{k<i} L_ik R_k.
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) {
      const factor = at(i, k);
      for (let j = 0; j <= k; j++) {
        inverse[i * size + j] = (inverse[i * size + j] as number) - factor * (inverse[k * size + j] as number);
      }
    }
    inverse[i * size + i] = 1;
    for (let j = 0; j <= i; j++) inverse[i * size + j] = (inverse[i * size + j] as number) / at(i, i);
  }
  return Float32Array.from(inverse);
}

/** The product of a lower triangular matrix and a vector. */
function times(matrix: Float32Array, vector: Float32Array): Float64Array {
  const size = vector.length;
  const result = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let j = 0; j <= i; j++) sum += (matrix[i * size + j] as number) * (vector[j] as number);
    result[i] = sum;
  }
  return result;
}

import type { Detector } from '../../src/defenses/detectors/detector.ts';

/** score = ⟨weights, image⟩ + bias: the detector whose boundary is a hyperplane. */
export function linearDetector(weights: readonly number[], bias = 0): Detector {
  const scoreOf = (image: Float32Array) =>
    weights.reduce((sum, weight, i) => sum + weight * (image[i] as number), bias);
  return {
    async score(images) {
      return images.map(scoreOf);
    },
    async pullback(images) {
      return { scores: images.map(scoreOf), gradients: images.map(() => Float32Array.from(weights)) };
    },
  };
}

import type { Batch } from '../../models/classifier.ts';

/** Tells how suspicious an image is. Bound to the classifier that it protects. */
export interface Detector {
  /** One score per image: the higher, the more it looks like an attack. */
  score(images: Batch): Promise<readonly number[]>;
  /**
   * Scores, and their gradients with respect to the images. If the score has none (quantized codes, JPEG), they are
   * those of a differentiable stand-in in the backward pass (BPDA: Athalye, Carlini & Wagner 2018, section 4.1).
   */
  pullback(images: Batch): Promise<DetectorPullback>;
  /** Frees what the detector itself holds, not the classifier. */
  dispose?(): void;
}

/** The answer to `pullback`: for image i, `scores[i]` and `gradients[i]` (shape of the image). */
export interface DetectorPullback {
  readonly scores: readonly number[];
  readonly gradients: readonly Float32Array[];
}

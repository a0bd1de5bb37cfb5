import type { Batch } from '../../models/classifier.ts';

/** Says how suspicious an image is. Bound to the classifier that it protects. */
export interface Detector {
  /** One score an image: the higher, the more it looks like an attack. */
  score(images: Batch): Promise<readonly number[]>;
  /**
   * Scores, and their gradients with respect to the images. Where the score has none (quantized codes, JPEG), they are
   * those of a differentiable stand-in on the way back (BPDA: Athalye, Carlini & Wagner 2018, section 4.1).
   */
  pullback(images: Batch): Promise<DetectorPullback>;
  /** Frees what the detector itself holds; the classifier is not its own. */
  dispose?(): void;
}

/** The answer to `pullback`: for image i, `scores[i]` and `gradients[i]` (shape of the image). */
export interface DetectorPullback {
  readonly scores: readonly number[];
  readonly gradients: readonly Float32Array[];
}

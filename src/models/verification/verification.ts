import type { Pixels } from '../../data/image.ts';
import { similarityScale } from './templates.ts';

/** Where the enrolled images are, and how similar an image must be to be accepted. Paths are absolute. */
export interface EnrolledSource {
  /** A folder with one folder of images per identity. */
  readonly path: string;
  /** Cosine similarity, from −1 to 1. */
  readonly threshold: number;
}

/** Someone whose images are enrolled. */
export interface Identity {
  readonly name: string;
  readonly files: readonly string[];
  /** The first image, as the model receives it. */
  readonly pixels: Pixels;
}

/** What a model compares embeddings with: its classes are the identities in this order, and then `nobody`. */
export interface Verification {
  readonly threshold: number;
  readonly identities: readonly Identity[];
}

/** The cosine similarities to the template of each identity that are in the logits of such a model. */
export function similaritiesIn(logits: Float32Array): number[] {
  return Array.from(logits.subarray(0, -1), (value) => value / similarityScale);
}

import type { Classifier } from './classifier.ts';
import type { Preprocessing } from './preprocessing.ts';

/** A model that was opened. */
export interface OpenedModel {
  readonly classifier: Classifier & { dispose(): void };
  /** What it is given of a pixel. */
  readonly preprocessing: Preprocessing;
  /** SHA-256 of the model's files, in the order of `files`. */
  readonly sha256: string;
  readonly files: readonly string[];
  /** What was found in the model, or decided for it, in few words each. */
  readonly notes: readonly string[];
}

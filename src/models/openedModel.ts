import type { Classifier } from './classifier.ts';
import type { Preprocessing } from './preprocessing.ts';

/** An opened model. */
export interface OpenedModel {
  readonly classifier: Classifier & { dispose(): void };
  /** What it does to a pixel first. */
  readonly preprocessing: Preprocessing;
  /** SHA-256 of the model's files, in the order of `files`. */
  readonly sha256: string;
  readonly files: readonly string[];
  /** What was found in the model, or decided for it, in a few words each. */
  readonly notes: readonly string[];
}

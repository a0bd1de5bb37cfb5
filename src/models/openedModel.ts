import type { Classifier } from './classifier.ts';
import type { Preprocessing } from './preprocessing.ts';

/** An opened model. */
export interface OpenedModel {
  readonly classifier: Classifier & { dispose(): void };
  /** What it does to a pixel first. */
  readonly preprocessing: Preprocessing;
  /** SHA-256 of the model's files, and of its enrolled images; of a remote model, what stands for it. */
  readonly sha256: string;
  /** The files, and folders of such, that it was opened from. */
  readonly files: readonly string[];
  /** What was found in the model, or decided for it, in a few words each. */
  readonly notes: readonly string[];
  /** What can be done with a model that is asked over a network, and with no other. */
  readonly remote?: Remote;
}

/** A model on a server, which others may change at any time, and whose answers are dear. */
export interface Remote {
  /** True if the server says the same of the model, and the model the same of fixed images, as when it was opened. */
  isUnchanged(): Promise<boolean>;
  /**
   * The same model with answers that are kept in a file: what has an answer there is not asked again.
   * @throws UserError when the file cannot be read or written.
   */
  keepAnswers(file: string): Promise<{
    readonly classifier: Classifier;
    /** The file had answers of another model, which are gone. */
    readonly isOther: boolean;
    close(): Promise<void>;
  }>;
}

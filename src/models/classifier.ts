import type { ImageShape, Pixels } from '../data/image.ts';
import type { Functional } from './functional.ts';
import type { Verification } from './verification/verification.ts';

/** A batch of images, each in the classifier's input shape, float32 in [0, 1]. */
export type Batch = readonly Pixels[];

/** One row of logits (one per class) for each image of a batch. */
export type Logits = readonly Float32Array[];

/** What a model can be asked. Preprocessing (mean, standard deviation, channel order) is part of the classifier. */
export interface Classifier {
  readonly input: ImageShape;
  readonly classes: readonly string[];
  /** The software that computes, as reports name it. */
  readonly engine: string;
  /** Why it gives no gradients, if these could not be derived. */
  readonly obstacle?: string;
  /** The largest batch that the engine handles well. */
  readonly batchSize: number;
  /** Batches that may be asked for at a time, where the engine computes in a thread of its own; 1 if missing. */
  readonly concurrency?: number;
  /** It predicts a class and says no more: `logits` are 1 for that class and 0 for the others, and no attack sees them. */
  readonly labelsOnly?: boolean;
  /** Images are rounded to the 8-bit grid before the model sees them. */
  readonly rounds?: boolean;
  /** What an answer costs beside time, in the unit of whoever charges for it. */
  readonly costPerQuery?: number;
  /** It compares embeddings with those of enrolled identities, which are its classes. */
  readonly verification?: Verification;
  logits(images: Batch): Promise<Logits>;
}

/** The answer to `pullback`: for image i and functional k, `values[i][k]` and `gradients[i][k]` (shape of the image). */
export interface Pullback {
  readonly logits: Logits;
  readonly values: readonly (readonly number[])[];
  readonly gradients: readonly (readonly Float32Array[])[];
}

/** Values inside a model: `values[i][k]` of image i and activation k, channels last; `shapes[k]` is that of one image. */
export interface Activations {
  readonly shapes: readonly (readonly number[])[];
  readonly values: readonly (readonly Float32Array[])[];
}

/** A classifier that can be differentiated with respect to the image. */
export interface DifferentiableClassifier extends Classifier {
  /** Names that a `weights` functional may refer to, besides `logits`, in the order of computation. */
  readonly activations: readonly string[];
  /**
   * The values of these activations.
   * @throws UserError for a name that the model does not have.
   */
  read(images: Batch, names: readonly string[]): Promise<Activations>;
  /** Each image has its own K functionals; their values and gradients come from one forward pass. */
  pullback(images: Batch, functionals: readonly (readonly Functional[])[]): Promise<Pullback>;
}

/** True when the classifier answers `pullback`. */
export function isDifferentiable(classifier: Classifier): classifier is DifferentiableClassifier {
  return 'pullback' in classifier;
}

import type { Pixels } from '../../data/image.ts';
import type { DifferentiableClassifier } from '../../models/classifier.ts';
import type { ParametersOf } from '../../parameters/parameter.ts';
import type { Detector } from './detector.ts';

/** What a detector learns from: images in the shape and range of the model's input, on the 8-bit grid. */
export interface DetectorExamples {
  /** Images that the model gets right, with the index of their class. */
  readonly clean: readonly { readonly pixels: Pixels; readonly label: number }[];
  /** Adversarial examples of such images, each misclassified; empty for a detector that learns only from clean ones. */
  readonly adversarial: readonly {
    readonly pixels: Pixels;
    readonly label: number;
    readonly attack: string;
    /** Index of its original among the clean images. */
    readonly original: number;
  }[];
}

/** What fitting works with. */
export interface FittingContext {
  readonly classifier: DifferentiableClassifier;
  readonly seed: number;
  readonly signal: AbortSignal;
  /** Progress of fitting, from 0 to 1, and the loss if there is one. */
  onProgress(fraction: number, loss?: number): void;
}

/** The state of a fitted detector: `values` are JSON, `arrays` go into a separate file. */
export interface DetectorState {
  readonly values: Readonly<Record<string, unknown>>;
  readonly arrays: Readonly<Record<string, NamedArray>>;
}

export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Everything about a detector: settings schema, quick pick, help and documentation come from here. Slow imports, such
 * as TensorFlow.js, are loaded where they are used.
 */
export interface DetectorDefinition<P = Record<string, unknown>> {
  /** Its name in settings. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly source: string;
  /** Whether it learns from adversarial examples, or from clean images only. */
  readonly learnsFrom: 'clean' | 'adversarial';
  /** Whether it learns from adversarial examples with these parameters, although it could do without. */
  wantsAdversarial?(parameters: P): boolean;
  /** What replaces its gradient in the backward pass if the score itself has none. */
  readonly surrogate?: string;
  readonly parameters: ParametersOf<P>;
  /** @throws UserError when there is too little to learn from. */
  fit(examples: DetectorExamples, parameters: P, context: FittingContext): Promise<DetectorState>;
  /** @throws UserError when the state is damaged, or does not fit the model. */
  bind(state: DetectorState, parameters: P, classifier: DifferentiableClassifier): Promise<Detector>;
  /**
   * The model as seen by an attacker who knows nothing of the defense, and by one who bypasses what hides its gradient;
   * the model itself if missing.
   */
  readonly views?: {
    unaware(classifier: DifferentiableClassifier): DifferentiableClassifier;
    adaptive(classifier: DifferentiableClassifier): DifferentiableClassifier;
  };
}

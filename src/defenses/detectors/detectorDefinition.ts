import type { Pixels } from '../../data/image.ts';
import type { DifferentiableClassifier } from '../../models/classifier.ts';
import type { ParametersOf } from '../../parameters/parameter.ts';
import type { Detector } from './detector.ts';

/** What a detector learns from: images in the shape and range of the model's input, on the 8-bit grid. */
export interface DetectorExamples {
  /** Images that the model gets right, with the index of their class. */
  readonly clean: readonly { readonly pixels: Pixels; readonly label: number }[];
  /** What attacks made of such images, each of them misclassified; empty for a detector that learns from clean ones. */
  readonly adversarial: readonly {
    readonly pixels: Pixels;
    readonly label: number;
    readonly attack: string;
    /** Place of the image that it was made of among the clean ones. */
    readonly original: number;
  }[];
}

/** The means of fitting. */
export interface FittingContext {
  readonly classifier: DifferentiableClassifier;
  readonly seed: number;
  readonly signal: AbortSignal;
  /** How far fitting is, from 0 to 1, and the loss where there is one. */
  onProgress(fraction: number, loss?: number): void;
}

/** What a fitted detector keeps: `values` are JSON, `arrays` go into a file of their own. */
export interface DetectorState {
  readonly values: Readonly<Record<string, unknown>>;
  readonly arrays: Readonly<Record<string, NamedArray>>;
}

export interface NamedArray {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Everything there is to say about a detector: settings schema, quick pick, help and documentation come from here. What
 * takes time to load, such as TensorFlow.js, is imported where it is used.
 */
export interface DetectorDefinition<P = Record<string, unknown>> {
  /** Its name in settings. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly source: string;
  /** Whether it is shown adversarial examples when it is fitted, or clean images alone. */
  readonly learnsFrom: 'clean' | 'adversarial';
  /** Whether it is shown adversarial examples with these parameters, although it can do without. */
  wantsAdversarial?(parameters: P): boolean;
  /** What stands in for its gradient on the way back, where the score itself has none. */
  readonly surrogate?: string;
  readonly parameters: ParametersOf<P>;
  /** @throws UserError when there is too little to learn from. */
  fit(examples: DetectorExamples, parameters: P, context: FittingContext): Promise<DetectorState>;
  /** @throws UserError when the state is damaged, or does not go with the model. */
  bind(state: DetectorState, parameters: P, classifier: DifferentiableClassifier): Promise<Detector>;
  /**
   * The model as an attacker sees it who knows nothing of the defense, and as one who goes around what hides its
   * gradient; the model itself where they are missing.
   */
  readonly views?: {
    unaware(classifier: DifferentiableClassifier): DifferentiableClassifier;
    adaptive(classifier: DifferentiableClassifier): DifferentiableClassifier;
  };
}

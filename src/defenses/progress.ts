/** Progress of training a detector, a surrogate, a generator, or a defense. */
export interface TrainingProgress {
  /** Its name in the settings. */
  readonly name: string;
  readonly phase: 'loading' | 'asking' | 'crafting' | 'training' | 'measuring';
  /** Steps done out of `steps` in this phase; 0 of 0 if unknown. */
  readonly step: number;
  readonly steps: number;
  /** Time left over all phases, once it can be estimated. */
  readonly secondsLeft?: number;
  /** What a generator draws now: a PNG as a data URL, a row a class. */
  readonly samples?: string;
  /** A point of the curves, if one was measured. */
  readonly point?: TrainingPoint;
}

/** A point of the curves that are drawn during training. */
export interface TrainingPoint {
  /** Epochs done, a fraction within an epoch. */
  readonly epoch: number;
  readonly loss?: number;
  /** Fraction of the validation images that are classified correctly. */
  readonly cleanAccuracy?: number;
  /** Fraction of them still classified correctly under the attack that training monitors. */
  readonly robustAccuracy?: number;
  /** Fraction of a generator's samples that the model takes for the class that they were drawn for. */
  readonly recognized?: number;
  /** How different samples of a class are from each other: 1 is like real images, 0 is the same again and again. */
  readonly diversity?: number;
}

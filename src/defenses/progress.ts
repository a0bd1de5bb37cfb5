/** How far the training of a detector or a defense has got. */
export interface TrainingProgress {
  /** Name of the detector or defense in the settings. */
  readonly name: string;
  readonly phase: 'loading' | 'crafting' | 'training' | 'measuring';
  /** Steps done of `steps` in this phase; 0 of 0 where it is not known. */
  readonly step: number;
  readonly steps: number;
  /** Time left over all phases, once it can be told. */
  readonly secondsLeft?: number;
  /** A point of the curves, where one was measured. */
  readonly point?: TrainingPoint;
}

/** A point of the curves that are drawn during training. */
export interface TrainingPoint {
  /** Epochs done, a fraction within an epoch. */
  readonly epoch: number;
  readonly loss?: number;
  /** Fraction of the validation images that are classified right. */
  readonly cleanAccuracy?: number;
  /** Fraction of them that are still right under the attack that training watches. */
  readonly robustAccuracy?: number;
}

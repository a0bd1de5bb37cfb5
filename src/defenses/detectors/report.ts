import type { Norm } from '../../geometry/norms.ts';
import type { Separation } from './separation.ts';

/** A detector's result against the examples of one attack. */
export interface AttackDetection extends Separation {
  /** Id of the attack. */
  readonly attack: string;
  readonly title: string;
  readonly norm: Norm;
  readonly epsilon?: number;
  /** True when it learned from examples of this attack. */
  readonly seen: boolean;
  /** Misclassified examples that the attack made; without any, nothing can be said. */
  readonly examples: number;
}

/** The result of fitting a detector: a part of `detector.json`. */
export interface DetectorReport {
  readonly name: string;
  /** Id in the catalog of detectors. */
  readonly kind: string;
  readonly title: string;
  /** The file that was written. */
  readonly file: string;
  readonly model: { readonly name: string; readonly path: string; readonly sha256: string };
  /** An image is rejected when its score is above. */
  readonly threshold: number;
  /** What the threshold was set for. */
  readonly falsePositiveRate: number;
  /** Unseen clean images that it was evaluated on, and how many of them it rejects. */
  readonly clean: { readonly images: number; readonly rejected: number };
  readonly attacks: readonly AttackDetection[];
  readonly warnings: readonly string[];
  /** Wall-clock time in seconds. */
  readonly time: number;
}

import type { TrainingPoint } from '../progress.ts';

/** What hardening a model came to: a part of the card beside it. */
export interface DefenseReport {
  readonly name: string;
  /** Id in the catalog of training defenses. */
  readonly kind: string;
  readonly title: string;
  /** The hardened model: model.json, the same as an ONNX file where it can be one, and the card that says how it was made. */
  readonly model: string;
  readonly onnx?: string;
  readonly card: string;
  /** On the validation images, before and after. */
  readonly before: { readonly cleanAccuracy: number; readonly robustAccuracy: number };
  readonly after: { readonly cleanAccuracy: number; readonly robustAccuracy: number };
  readonly points: readonly TrainingPoint[];
  readonly warnings: readonly string[];
  /** Wall-clock time in seconds, over all sessions of a training that was resumed. */
  readonly time: number;
}

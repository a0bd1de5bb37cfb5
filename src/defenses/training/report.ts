import type { TrainingPoint } from '../progress.ts';

/** The result of hardening a model: a part of its card. */
export interface DefenseReport {
  readonly name: string;
  /** Id in the catalog of training defenses. */
  readonly kind: string;
  readonly title: string;
  /** The hardened model: model.json, an ONNX file of it if possible, and the card that says how it was made. */
  readonly model: string;
  readonly onnx?: string;
  readonly card: string;
  /** On the validation images, before and after. */
  readonly before: { readonly cleanAccuracy: number; readonly robustAccuracy: number };
  readonly after: { readonly cleanAccuracy: number; readonly robustAccuracy: number };
  readonly points: readonly TrainingPoint[];
  readonly warnings: readonly string[];
  /** Wall-clock time in seconds, including all runs of a resumed training. */
  readonly time: number;
}

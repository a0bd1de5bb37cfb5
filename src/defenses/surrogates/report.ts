import type { TrainingPoint } from '../progress.ts';

/** The result of training a surrogate: a part of its card. */
export interface SurrogateReport {
  readonly name: string;
  /** Id in the catalog of surrogates. */
  readonly kind: string;
  readonly title: string;
  /** Its model.json, an ONNX file of it if possible, and the card that says how it was made. */
  readonly model: string;
  readonly onnx?: string;
  readonly card: string;
  /** Fraction of the validation images that it classifies as the model does, or if that was not asked, as labeled. */
  readonly agreement: number;
  /** Validation images. */
  readonly validation: number;
  /** Images that it was trained on in the last round. */
  readonly images: number;
  /** Questions that the model was asked. */
  readonly queries: number;
  readonly points: readonly TrainingPoint[];
  readonly warnings: readonly string[];
  /** Wall-clock time in seconds, including all runs of a resumed training. */
  readonly time: number;
}

import type { TrainingPoint } from '../progress.ts';

/** The result of training a generator: a part of its card. */
export interface GeneratorReport {
  readonly name: string;
  /** Id in the catalog of generators. */
  readonly kind: string;
  readonly title: string;
  /** Its model.json, its ONNX file, and the card that says how it was made and for which model. */
  readonly model: string;
  readonly onnx: string;
  readonly card: string;
  /** Validation images, and which fraction of them the model gets right, as they are and as the generator makes them. */
  readonly validation: number;
  readonly cleanAccuracy: number;
  readonly robustAccuracy: number;
  readonly points: readonly TrainingPoint[];
  readonly warnings: readonly string[];
  /** Wall-clock time in seconds, including all runs of a resumed training. */
  readonly time: number;
}

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
  /** Of a generator that draws: a picture of some samples, a row a class. */
  readonly samples?: string;
  /** Validation images. */
  readonly validation: number;
  /**
   * Which fraction of the validation images the model gets right: as they are, and as an AdvGAN makes them; or purified, and
   * purified after FGSM.
   */
  readonly cleanAccuracy?: number;
  readonly robustAccuracy?: number;
  /** Of a generator that draws: see `TrainingPoint`. */
  readonly recognized?: number;
  readonly diversity?: number;
  readonly points: readonly TrainingPoint[];
  readonly warnings: readonly string[];
  /** Wall-clock time in seconds, including all runs of a resumed training. */
  readonly time: number;
}

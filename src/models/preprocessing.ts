/** What is done to a pixel before the model sees it: (value − mean) / std for each channel, in the model's channel order. */
export interface Preprocessing {
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Order in which the model takes colors. */
  readonly channels: 'rgb' | 'bgr';
}

/** Pixels in [0, 1] go to the model as they are. */
export const noPreprocessing: Preprocessing = { mean: [0, 0, 0], std: [1, 1, 1], channels: 'rgb' };

import { linearClassifier } from './linearClassifier.ts';

/** Logits 8 − 8 x₀ and 8 x₀ of two gray pixels: class 1 where the first is above 1/2, whatever the second is. */
export const twoPixelClassifier = linearClassifier(
  [
    [-8, 0],
    [8, 0],
  ],
  [8, 0],
  { height: 1, width: 2, channels: 1 },
);

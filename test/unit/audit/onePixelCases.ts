import type { Pixels } from '../../../src/data/image.ts';
import { roundOf } from '../../support/auditTrial.ts';
import { linearClassifier } from '../../support/linearClassifier.ts';
import { planOf } from '../../support/plans.ts';

export const onePixel = { height: 1, width: 1, channels: 1 } as const;
export const pgd = planOf({ attack: 'pgd', epsilons: [0.1] });
export const unfooled = [roundOf(0.1, 0, 16)];

/** So many images at the first pixel value, and the rest of sixteen at the second. */
export const sixteen = (count: number, first: number, second: number): Pixels[] =>
  Array.from({ length: 16 }, (_, i) => Float32Array.of(i < count ? first : second));

/** Class 1 above one half; its logit is the pixel. */
export const threshold = linearClassifier([[0], [1]], [0.5, 0], onePixel);

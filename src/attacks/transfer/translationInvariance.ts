import type { ImageShape } from '../../data/image.ts';
import type { Method } from './method.ts';
import { asItIs, meanGradient } from './view.ts';

/** The kernel's width on images of 299 pixels, and how many deviations of the Gaussian are on either side of its center. */
const [paperWidth, paperSide, deviations] = [15, 299, 3];

/**
 * The gradient, blurred by a Gaussian kernel: about the mean of the gradients at shifted images (Dong et al. 2019,
 * arXiv:1904.02884, equation 6). The kernel has the paper's share of the image's side, and never less than 3 pixels.
 */
export const translationInvariance: Method = {
  title: 'TI',
  description: 'translation invariance, the gradient blurred by a Gaussian kernel',
  source: 'Dong et al. 2019, arXiv:1904.02884',
  copies: 1,
  cost: () => 1,
  begin({ goal, shape }) {
    const kernel = kernelFor(Math.min(shape.height, shape.width));
    return function* (x) {
      return blurred(yield* meanGradient([asItIs(x)], goal.loss), shape, kernel);
    };
  },
};

/** The kernel along one axis, whose sum is 1, for images of this many pixels a side. */
export function kernelFor(side: number): number[] {
  const half = Math.max(1, Math.round(((paperWidth / paperSide) * side - 1) / 2));
  const raw = Array.from({ length: 2 * half + 1 }, (_, i) => Math.exp(-(((deviations * (i - half)) / half) ** 2) / 2));
  const sum = raw.reduce((a, b) => a + b, 0);
  return raw.map((value) => value / sum);
}

/** Blurred along both axes, each channel by itself; outside of the image all is zero. */
export function blurred(values: Float64Array, shape: ImageShape, kernel: readonly number[]): Float64Array {
  const { width, channels } = shape;
  const rows = along(values, kernel, { step: channels, length: width });
  return along(rows, kernel, { step: channels * width, length: shape.height });
}

/** @param axis how far apart neighbors are among the values, and how many there are in a row */
function along(values: Float64Array, kernel: readonly number[], axis: { step: number; length: number }): Float64Array {
  const half = (kernel.length - 1) / 2;
  return values.map((_, i) => {
    const place = Math.floor(i / axis.step) % axis.length;
    let sum = 0;
    for (const [k, weight] of kernel.entries()) {
      const offset = k - half;
      if (place + offset < 0 || place + offset >= axis.length) continue;
      sum += weight * (values[i + offset * axis.step] as number);
    }
    return sum;
  });
}

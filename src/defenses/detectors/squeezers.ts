import type { ImageShape, Pixels } from '../../data/image.ts';

/** Simplifies an image, so that little is left of a small perturbation. Takes and returns pixels in [0, 1]. */
export interface Squeezer {
  readonly name: string;
  squeeze(pixels: Pixels, shape: ImageShape): Pixels | Promise<Pixels>;
  /**
   * The gradient with respect to the image, from that with respect to the squeezed one. If missing, the gradient is
   * passed on unchanged (BPDA with the identity: Athalye, Carlini & Wagner 2018, section 4.1).
   */
  back?(gradient: Float32Array, pixels: Pixels, shape: ImageShape): Float32Array;
}

/** Rounds every value to the nearest of 2^bits evenly spaced levels, half up (Xu, Evans & Qi 2018, section III-A). */
export function bitDepth(bits: number): Squeezer {
  const top = 2 ** bits - 1;
  return { name: `${bits}-bit`, squeeze: (pixels) => pixels.map((value) => Math.round(value * top) / top) };
}

/**
 * Median over 2 × 2 pixels in each channel (Xu, Evans & Qi 2018, section III-B), with the conventions of SciPy's
 * `median_filter`, which the paper used: the window is the pixel, the one above, the one to the left, and the one
 * diagonally between; beyond the edge is the edge again (`reflect`); the median of four values is the third smallest.
 * Its gradient goes to the pixel that is the median, which is exact if the values differ.
 */
export const medianOf2x2: Squeezer = {
  name: 'median 2×2',
  squeeze(pixels, shape) {
    return Float32Array.from(medianPlaces(pixels, shape), (place) => pixels[place] as number);
  },
  back(gradient, pixels, shape) {
    const passed = new Float32Array(pixels.length);
    for (const [i, place] of medianPlaces(pixels, shape).entries()) {
      passed[place] = (passed[place] as number) + (gradient[i] as number);
    }
    return passed;
  },
};

/** For every value, the index of the value that is the median of its window. */
function medianPlaces(pixels: Pixels, { height, width, channels }: ImageShape): Int32Array {
  const places = new Int32Array(pixels.length);
  let at = 0;
  for (let y = 0; y < height; y++) {
    const [row, above] = [y * width, Math.max(0, y - 1) * width];
    for (let x = 0; x < width; x++) {
      const left = Math.max(0, x - 1);
      for (let channel = 0; channel < channels; channel++) {
        const window = [above + left, above + x, row + left, row + x].map((pixel) => pixel * channels + channel);
        places[at++] = window.sort((a, b) => (pixels[a] as number) - (pixels[b] as number))[2] as number;
      }
    }
  }
  return places;
}

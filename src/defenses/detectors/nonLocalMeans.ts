import { levelOf, levels, valueAt } from '../../data/grid.ts';
import type { ImageShape, Pixels } from '../../data/image.ts';
import { toLab, toRgb } from './lab.ts';
import type { Squeezer } from './squeezers.ts';

/** Sizes of the two windows, in pixels along a side (odd), and the strength h of the filter in gray levels. */
export interface NonLocalMeans {
  readonly search: number;
  readonly patch: number;
  readonly strength: number;
}

/** Weights below this count as zero. */
const smallestWeight = 0.001;

/**
 * Non-local means (Buades, Coll & Morel 2005) with the conventions of OpenCV's `fastNlMeansDenoising`, which feature
 * squeezing uses: a pixel becomes the mean over the pixels q of its search window with weights exp(−d / h²), where d is
 * the mean squared difference of the patches around the two, in levels of an 8-bit image; weights under 0.001 are left
 * out; beyond its edge, the image is mirrored without repeating the edge.
 *
 * Color as in `fastNlMeansDenoisingColored`: in CIE Lab, lightness separately, and the two color components together,
 * with the same strength. Two things differ: Lab is kept in floating point, which OpenCV rounds to 8 bits, and red is
 * red, whereas the paper's code passes RGB to a function that takes BGR.
 */
export function nonLocalMeans(filter: NonLocalMeans): Squeezer {
  const { search, patch, strength } = filter;
  return {
    name: `non-local means ${search}-${patch}-${strength}`,
    squeeze(pixels, shape) {
      const image = Float64Array.from(pixels, levelOf);
      const smooth = shape.channels === 1 ? denoise(image, shape, 1, filter) : denoiseColor(image, shape, filter);
      return toPixels(smooth);
    },
  };
}

function toPixels(values: Float64Array): Pixels {
  return Float32Array.from(values, (value) => valueAt(Math.round(Math.min(levels, Math.max(0, value)))));
}

function denoiseColor(rgb: Float64Array, shape: ImageShape, filter: NonLocalMeans): Float64Array {
  const { lightness, color } = toLab(rgb);
  return toRgb({ lightness: denoise(lightness, shape, 1, filter), color: denoise(color, shape, 2, filter) });
}

/** Filters an image of any number of channels (interleaved), whose weights come from all of them. */
function denoise(
  image: Float64Array,
  { height, width }: Pick<ImageShape, 'height' | 'width'>,
  channels: number,
  { search, patch, strength }: NonLocalMeans,
): Float64Array {
  const [reach, radius] = [(search - 1) / 2, (patch - 1) / 2];
  const border = reach + radius;
  const padded = mirrored(image, height, width, channels, border);
  const stride = (width + 2 * border) * channels;
  // Divides the sum of squared differences of a patch.
  const factor = -1 / (strength * strength * channels * patch * patch);
  const farthest = Math.log(smallestWeight) / factor;
  const sums = new Float64Array(image.length);
  const weights = new Float64Array(height * width);
  const columns = width + 2 * radius;
  const differences = new Float64Array(columns);
  // Sums of squared differences along a row of a patch, for the rows of the image and those around it.
  const alongRow = new Float64Array((height + 2 * radius) * width);
  for (let down = -reach; down <= reach; down++) {
    for (let right = -reach; right <= reach; right++) {
      const shift = down * stride + right * channels;
      for (let y = 0; y < height + 2 * radius; y++) {
        let at = (y + reach) * stride + reach * channels;
        for (let x = 0; x < columns; x++) {
          let sum = 0;
          for (let end = at + channels; at < end; at++) {
            const difference = (padded[at] as number) - (padded[at + shift] as number);
            sum += difference * difference;
          }
          differences[x] = sum;
        }
        for (let x = 0; x < width; x++) {
          let sum = 0;
          for (let i = 0; i < patch; i++) sum += differences[x + i] as number;
          alongRow[y * width + x] = sum;
        }
      }
      for (let y = 0; y < height; y++) {
        const row = (y + border) * stride + border * channels + shift;
        for (let x = 0; x < width; x++) {
          const pixel = y * width + x;
          let distance = 0;
          for (let i = 0; i < patch; i++) distance += alongRow[pixel + i * width] as number;
          if (distance > farthest) continue;
          const weight = Math.exp(factor * distance);
          weights[pixel] = (weights[pixel] as number) + weight;
          for (let channel = 0; channel < channels; channel++) {
            const to = pixel * channels + channel;
            sums[to] = (sums[to] as number) + weight * (padded[row + x * channels + channel] as number);
          }
        }
      }
    }
  }
  return sums.map((sum, i) => sum / (weights[Math.floor(i / channels)] as number));
}

/** The image with a border, mirrored at its edge, which is not repeated, as often as necessary. */
function mirrored(image: Float64Array, height: number, width: number, channels: number, border: number): Float64Array {
  const rows = Array.from({ length: height + 2 * border }, (_, y) => mirror(y - border, height));
  const columns = Array.from({ length: width + 2 * border }, (_, x) => mirror(x - border, width));
  const padded = new Float64Array(rows.length * columns.length * channels);
  let at = 0;
  for (const y of rows) {
    for (const x of columns) {
      for (let channel = 0; channel < channels; channel++) {
        padded[at++] = image[(y * width + x) * channels + channel] as number;
      }
    }
  }
  return padded;
}

function mirror(index: number, size: number): number {
  const period = Math.max(1, 2 * (size - 1));
  const phase = ((index % period) + period) % period;
  return phase < size ? phase : period - phase;
}

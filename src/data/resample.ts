/** How the pixels of a resized image are computed. */
export const interpolations = ['nearest', 'bilinear', 'bicubic', 'lanczos'] as const;
export type Interpolation = (typeof interpolations)[number];

/** 8-bit RGB samples, height × width × 3, row by row. */
export interface Raster {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

const channels = 3;

/**
 * An image at another size, exactly as Pillow, and so torchvision, computes it: filters are widened when an image
 * shrinks, cut off and renormalized at its borders, and rounded to 8 bits after each of the two passes.
 */
export function resample(image: Raster, width: number, height: number, interpolation: Interpolation): Raster {
  if (interpolation === 'nearest') return pickNearest(image, width, height);
  const filter = filters[interpolation];
  const wide = image.width === width ? image : alongRows(image, windows(image.width, width, filter));
  return wide.height === height ? wide : alongColumns(wide, windows(image.height, height, filter));
}

/** A function of the distance in pixels, zero beyond the support. */
interface Filter {
  readonly support: number;
  weight(distance: number): number;
}

const filters: Readonly<Record<Exclude<Interpolation, 'nearest'>, Filter>> = {
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, weight: (x) => cubic(Math.abs(x)) },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Keys's cubic convolution with a = −1/2. */
function cubic(x: number): number {
  const a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Weights are whole numbers of 2⁻²², so that sums are exact. */
const precision = 22;
const one = 2 ** precision;

/** The source pixels of a result pixel: the first of them, and the weight of each. */
interface Window {
  readonly first: number;
  readonly weights: Int32Array;
}

function windows(from: number, to: number, { support, weight }: Filter): Window[] {
  const scale = from / to;
  const widened = Math.max(1, scale);
  return Array.from({ length: to }, (_, i) => {
    const center = (i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support * widened + 0.5));
    const end = Math.min(from, Math.trunc(center + support * widened + 0.5));
    const raw = Array.from({ length: end - first }, (_, k) => weight((k + first - center + 0.5) * (1 / widened)));
    const sum = raw.reduce((a, b) => a + b, 0);
    const weights = Int32Array.from(raw, (w) => Math.trunc((w / sum) * one + (w < 0 ? -0.5 : 0.5)));
    return { first, weights };
  });
}

/** A sum of weighted levels, rounded; a filter with negative lobes overshoots. */
function toLevel(sum: number): number {
  return Math.min(255, Math.max(0, sum >> precision));
}

function alongRows({ data, width, height }: Raster, columns: readonly Window[]): Raster {
  const result = new Uint8Array(height * columns.length * channels);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (const { first, weights } of columns) {
      let [red, green, blue] = [one / 2, one / 2, one / 2];
      let from = (y * width + first) * channels;
      for (let k = 0; k < weights.length; k++) {
        const weight = weights[k] as number;
        red += weight * (data[from++] as number);
        green += weight * (data[from++] as number);
        blue += weight * (data[from++] as number);
      }
      result[at++] = toLevel(red);
      result[at++] = toLevel(green);
      result[at++] = toLevel(blue);
    }
  }
  return { data: result, width: columns.length, height };
}

function alongColumns({ data, width }: Raster, rows: readonly Window[]): Raster {
  const stride = width * channels;
  const result = new Uint8Array(rows.length * stride);
  const sums = new Float64Array(stride);
  for (const [y, { first, weights }] of rows.entries()) {
    sums.fill(one / 2);
    for (let k = 0; k < weights.length; k++) {
      const weight = weights[k] as number;
      const from = (first + k) * stride;
      for (let i = 0; i < stride; i++) sums[i] = (sums[i] as number) + weight * (data[from + i] as number);
    }
    for (let i = 0; i < stride; i++) result[y * stride + i] = toLevel(sums[i] as number);
  }
  return { data: result, width, height: rows.length };
}

function pickNearest({ data, width, height }: Raster, newWidth: number, newHeight: number): Raster {
  const columns = nearest(width, newWidth);
  const result = new Uint8Array(newHeight * newWidth * channels);
  let at = 0;
  for (const row of nearest(height, newHeight)) {
    for (const column of columns) {
      const from = (row * width + column) * channels;
      result.set(data.subarray(from, from + channels), at);
      at += channels;
    }
  }
  return { data: result, width: newWidth, height: newHeight };
}

/** The pixel under the center of each result pixel; halfway between two, rounding decides, so the sums are Pillow's. */
function nearest(from: number, to: number): number[] {
  const step = from / to;
  let center = step * 0.5;
  return Array.from({ length: to }, () => {
    const pixel = Math.trunc(center);
    center += step;
    return pixel;
  });
}

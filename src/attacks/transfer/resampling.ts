/** Rows and columns of an image, whatever its channels. */
export interface Extent {
  readonly height: number;
  readonly width: number;
}

/** Where a pixel comes from: a place in the other image, in pixels, the center of the first pixel being (0, 0). */
export type Origin = readonly [x: number, y: number];

/** Pixels that each pixel is a weighted sum of: the four around a place. */
const neighbors = 4;

/**
 * A linear map from images to images, the same for all channels: each pixel is interpolated bilinearly between the four
 * pixels around the place that it comes from. What lies outside of the image is black.
 */
export class Resampling {
  readonly #from: Extent;
  readonly #to: Extent;
  /** For each pixel the four that it comes from, and how much of each. */
  readonly #places: Int32Array;
  readonly #weights: Float32Array;

  /** @param originOf where a pixel (x, y) comes from; nothing where it is black */
  constructor(from: Extent, to: Extent, originOf: (x: number, y: number) => Origin | undefined) {
    this.#from = from;
    this.#to = to;
    this.#places = new Int32Array(to.height * to.width * neighbors);
    this.#weights = new Float32Array(to.height * to.width * neighbors);
    for (let y = 0; y < to.height; y++) {
      for (let x = 0; x < to.width; x++) {
        const origin = originOf(x, y);
        if (origin) this.#interpolate((y * to.width + x) * neighbors, origin);
      }
    }
  }

  /** The image that the map makes of one with this many channels. */
  apply(image: Float32Array, channels: number): Float32Array {
    const result = new Float32Array(this.#to.height * this.#to.width * channels);
    for (let k = 0; k < this.#weights.length; k++) {
      const weight = this.#weights[k] as number;
      if (weight === 0) continue;
      const from = (this.#places[k] as number) * channels;
      const to = Math.floor(k / neighbors) * channels;
      for (let c = 0; c < channels; c++)
        result[to + c] = (result[to + c] as number) + weight * (image[from + c] as number);
    }
    return result;
  }

  /** The transposed map: the gradient with respect to the image, of a function of what the map makes of it. */
  transpose(gradient: Float32Array, channels: number): Float32Array {
    const result = new Float32Array(this.#from.height * this.#from.width * channels);
    for (let k = 0; k < this.#weights.length; k++) {
      const weight = this.#weights[k] as number;
      if (weight === 0) continue;
      const from = (this.#places[k] as number) * channels;
      const to = Math.floor(k / neighbors) * channels;
      for (let c = 0; c < channels; c++) {
        result[from + c] = (result[from + c] as number) + weight * (gradient[to + c] as number);
      }
    }
    return result;
  }

  #interpolate(k: number, [x, y]: Origin): void {
    const [left, top] = [Math.floor(x), Math.floor(y)];
    for (let n = 0; n < neighbors; n++) {
      const [column, row] = [left + (n % 2), top + (n >> 1)];
      if (column < 0 || column >= this.#from.width || row < 0 || row >= this.#from.height) continue;
      this.#places[k + n] = row * this.#from.width + column;
      this.#weights[k + n] = (1 - Math.abs(x - column)) * (1 - Math.abs(y - row));
    }
  }
}

/** The map that turns an image about its center, by so many degrees, counterclockwise. */
export function rotation(extent: Extent, degrees: number): Resampling {
  const turn = turned(degrees);
  const [centerX, centerY] = [(extent.width - 1) / 2, (extent.height - 1) / 2];
  return new Resampling(extent, extent, (x, y) => {
    const [right, down] = turn(x - centerX, y - centerY);
    return [centerX + right, centerY + down];
  });
}

/** Where a place relative to the center of a turn comes from. Quarters of a turn are exact. */
export function turned(degrees: number): (x: number, y: number) => Origin {
  const quarters = degrees / 90;
  const angle = (degrees * Math.PI) / 180;
  const isQuarter = Number.isInteger(quarters);
  const exact = (value: number) => (isQuarter ? Math.round(value) : value);
  const [cos, sin] = [exact(Math.cos(angle)), exact(Math.sin(angle))];
  return (x, y) => [cos * x - sin * y, sin * x + cos * y];
}

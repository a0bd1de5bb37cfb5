/** Height, width and values of each pixel. */
interface Size {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/**
 * The image with these amounts of frequencies in each channel: the inverse of the orthonormal discrete cosine transform in
 * two dimensions (DCT-III). A vector keeps its length.
 * @param amounts as an image of the lowest frequencies, the lowest first in each row and column
 * @param low height and width of `amounts`
 */
export function fromFrequencies(
  amounts: ArrayLike<number>,
  low: Pick<Size, 'height' | 'width'>,
  { height, width, channels }: Size,
): Float64Array {
  const [vertical, horizontal] = [waves(height, low.height), waves(width, low.width)];
  // Columns first: of each frequency of a row its amount in every row of the image.
  const columns = new Float64Array(height * low.width * channels);
  const rowLength = low.width * channels;
  for (let y = 0; y < height; y++) {
    for (let v = 0; v < low.height; v++) {
      const wave = vertical[y * low.height + v] as number;
      for (let i = 0; i < rowLength; i++) {
        const at = y * rowLength + i;
        columns[at] = (columns[at] as number) + wave * (amounts[v * rowLength + i] as number);
      }
    }
  }
  const image = new Float64Array(height * width * channels);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let u = 0; u < low.width; u++) {
        const wave = horizontal[x * low.width + u] as number;
        for (let c = 0; c < channels; c++) {
          const at = (y * width + x) * channels + c;
          image[at] = (image[at] as number) + wave * (columns[(y * low.width + u) * channels + c] as number);
        }
      }
    }
  }
  return image;
}

/** √(2/n) cos(π (x + ½) k / n) at every place x of n for the first frequencies k, the constant one divided by √2. */
function waves(size: number, count: number): Float64Array {
  return Float64Array.from({ length: size * count }, (_, i) => {
    const [x, k] = [Math.floor(i / count), i % count];
    return Math.sqrt((k === 0 ? 1 : 2) / size) * Math.cos((Math.PI * (x + 0.5) * k) / size);
  });
}

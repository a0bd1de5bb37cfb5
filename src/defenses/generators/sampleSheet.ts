import sharp from 'sharp';
import { levelOf } from '../../data/grid.ts';
import type { ImageShape } from '../../data/image.ts';
import type { LabeledPixels } from '../training/objective.ts';

/** Room between images, in pixels. */
const gap = 2;

/**
 * Samples as one picture: a row a class, with room between them.
 * @param samples sorted by class, the same number of each.
 * @returns the bytes of a PNG.
 */
export async function sampleSheet({ images, labels }: LabeledPixels, shape: ImageShape): Promise<Buffer> {
  const { height, width, channels } = shape;
  const columns = labels.filter((label) => label === labels[0]).length;
  const rows = Math.ceil(images.length / columns);
  const [sheetWidth, sheetHeight] = [columns * (width + gap) - gap, rows * (height + gap) - gap];
  const sheet = new Uint8Array(sheetWidth * sheetHeight * channels).fill(255);
  for (const [i, image] of images.entries()) {
    const [top, left] = [Math.floor(i / columns) * (height + gap), (i % columns) * (width + gap)];
    for (let y = 0; y < height; y++) {
      const row = Uint8Array.from(image.subarray(y * width * channels, (y + 1) * width * channels), levelOf);
      sheet.set(row, ((top + y) * sheetWidth + left) * channels);
    }
  }
  return sharp(sheet, { raw: { width: sheetWidth, height: sheetHeight, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png()
    .toBuffer();
}

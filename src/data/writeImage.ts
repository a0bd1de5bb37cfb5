import sharp from 'sharp';
import { isOnGrid, levelsOf } from './grid.ts';
import { type ImageShape, type Pixels, sizeOf } from './image.ts';
import { encodeNpy } from './npy.ts';
import { replaceFile } from './replaceFile.ts';

/**
 * Writes pixels (height × width × channels, each value on the 8-bit grid) as an 8-bit PNG, gray or RGB.
 * `readImage` gives back the same pixels, bit for bit.
 *
 * @throws RangeError when the pixels do not have the shape or are not on the grid: snapping them is up to the caller.
 * @throws UserError when the file cannot be written.
 */
export async function writePng(file: string, pixels: Pixels, shape: ImageShape): Promise<void> {
  checkSize(pixels, shape);
  if (!isOnGrid(pixels)) throw new RangeError(`The pixels of ${file} are not on the 8-bit grid`);
  const png = await sharp(levelsOf(pixels), { raw: shape })
    .toColourspace(shape.channels === 1 ? 'b-w' : 'srgb')
    .png()
    .toBuffer();
  // Not sharp's own toFile: its errors do not distinguish a full disk from a missing folder.
  await replaceFile(file, png);
}

/**
 * Writes any float32 values of the shape (height × width × channels) as a NumPy array: .npy version 1.0, '<f4'.
 *
 * @throws RangeError when the pixels do not have the shape.
 * @throws UserError when the file cannot be written.
 */
export async function writeNpy(file: string, pixels: Pixels, shape: ImageShape): Promise<void> {
  checkSize(pixels, shape);
  const { height, width, channels } = shape;
  await replaceFile(file, encodeNpy({ shape: [height, width, channels], data: pixels }));
}

function checkSize(pixels: Pixels, shape: ImageShape): void {
  if (pixels.length === sizeOf(shape)) return;
  const { height, width, channels } = shape;
  throw new RangeError(`${pixels.length} values are not an image of ${height} × ${width} × ${channels}`);
}

import sharp from 'sharp';
import { levelsOf } from '../../data/grid.ts';
import type { ImageShape, Pixels } from '../../data/image.ts';

/** An image (height × width × channels, RGB, in [0, 1]), rounded to the 8-bit grid, as PNG in base64. */
export async function pngBase64(pixels: Pixels, shape: ImageShape): Promise<string> {
  const png = await sharp(levelsOf(pixels), { raw: shape })
    .toColourspace(shape.channels === 1 ? 'b-w' : 'srgb')
    // Small images in many requests: time counts, bytes hardly do.
    .png({ compressionLevel: 1 })
    .toBuffer();
  return png.toString('base64');
}

import { createHash } from 'node:crypto';
import { UserError } from '../userError.ts';
import type { Decoded } from './formats/decoded.ts';
import { decodeImage } from './formats/decodeImage.ts';
import { Undecodable } from './formats/undecodable.ts';
import { pixelsAt, valueAt } from './grid.ts';
import type { ImageShape, Pixels } from './image.ts';
import { readBytes } from './readBytes.ts';
import { type Fit, fitTo, resizeTo, stretching } from './resizing.ts';
import { toGray } from './toGray.ts';

/** An image file as a model receives it. */
export interface LoadedImage {
  /** In the requested shape; every value is on the 8-bit grid. */
  readonly pixels: Pixels;
  /** SHA-256 of the file's bytes, in hex. */
  readonly sha256: string;
  /** What had to be done to the image, in a few words each; empty when its pixels are used as they are. */
  readonly notes: readonly string[];
}

/**
 * Reads an image file into pixels of shape `shape` (height × width × channels, values in [0, 1]): turned upright, in
 * RGB or gray (ITU-R 601), 8 bits per channel, and resized. Alpha and color profiles are left aside, as by the readers
 * that models are trained with (Pillow's `convert('RGB')`, OpenCV, TensorFlow).
 *
 * @param fit how it is resized (`fitTo`); stretched if missing.
 * @throws UserError when the file cannot be read, is not an image of a known format, or is corrupt or truncated.
 */
export async function readImage(
  file: string,
  shape: ImageShape,
  fit: Fit = fitTo(shape, stretching),
): Promise<LoadedImage> {
  const bytes = await readBytes(file);
  const decoded = await decodeImage(bytes).catch((error) => {
    if (!(error instanceof Undecodable)) throw error;
    throw new UserError(`Cannot read the image ${file}: ${error.message}. ${error.remedy}`, { cause: error });
  });
  return {
    pixels: toShape(decoded, shape, fit),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    notes: [...decoded.notes, ...colorNotes(decoded, shape), ...sizeNotes(decoded, shape, fit)],
  };
}

/** Leaves alpha aside, converts the samples to gray if the shape has one channel, and resizes them. */
function toShape(decoded: Decoded, shape: ImageShape, fit: Fit): Pixels {
  const { width, height } = decoded;
  const rgb = withoutAlpha(decoded);
  if (shape.channels === 3) return pixelsAt(resizeTo(shape, { data: rgb, width, height }, fit).data);
  const { data } = resizeTo(shape, { data: toGray(rgb), width, height }, fit);
  return Float32Array.from({ length: data.length / 3 }, (_, i) => valueAt(data[i * 3] as number));
}

function withoutAlpha({ data, channels }: Decoded): Uint8Array {
  return channels === 3 ? data : data.filter((_, i) => i % 4 !== 3);
}

function colorNotes({ colors, ...samples }: Decoded, shape: ImageShape): string[] {
  const notes: string[] = [];
  if (colors === 'gray' && shape.channels === 3) notes.push('gray image');
  if (colors === 'rgb' && shape.channels === 1) notes.push('color converted to gray');
  if (colors !== 'gray' && colors !== 'rgb')
    notes.push(`${colors} converted to ${shape.channels === 1 ? 'gray' : 'RGB'}`);
  if (isTransparent(samples)) notes.push('transparency ignored');
  return notes;
}

function sizeNotes({ width, height }: Decoded, shape: ImageShape, { resize, interpolation }: Fit): string[] {
  // Without the original size, so that a thousand images do not give a thousand notes.
  const fits = width === shape.width && height === shape.height;
  if (resize === 'stretch') return fits ? [] : [`stretched to ${shape.width}×${shape.height} (${interpolation})`];
  const center = `center ${shape.width}×${shape.height} cut out`;
  if (Math.min(width, height) !== resize) {
    return [`resized to a shorter side of ${resize} (${interpolation}), ${center}`];
  }
  return fits ? [] : [center];
}

/** True when some pixel is not opaque: many files have an alpha channel that changes nothing. */
function isTransparent({ data, channels }: Pick<Decoded, 'data' | 'channels'>): boolean {
  if (channels === 3) return false;
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return true;
  return false;
}

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import sharp, { type Metadata } from 'sharp';
import { UserError } from '../userError.ts';
import { readError } from './fileErrors.ts';
import { valueAt } from './grid.ts';
import type { ImageShape, Pixels } from './image.ts';
import { imageFormats } from './imageFormats.ts';
import { type Fit, fitTo, resizeTo, stretching } from './resizing.ts';

/** An image file as a model gets it. */
export interface LoadedImage {
  /** Of the shape asked for; every value is on the 8-bit grid. */
  readonly pixels: Pixels;
  /** SHA-256 of the file's bytes, in hex. */
  readonly sha256: string;
  /** What had to be done to the image, in few words each; empty when its pixels are taken as they are. */
  readonly notes: readonly string[];
}

/** 8-bit sRGB samples, with alpha when there are four channels. */
interface Samples {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
}

/**
 * Reads an image file into pixels of shape `shape` (height × width × channels, values in [0, 1]): turned upright,
 * in sRGB or gray, 8 bits a channel, laid over white where transparent, and brought to the size.
 *
 * @param fit how it is brought to the size (`fitTo`); stretched where it is missing.
 * @throws UserError when the file cannot be read, is no image of a known format, or is corrupt or truncated.
 */
export async function readImage(
  file: string,
  shape: ImageShape,
  fit: Fit = fitTo(shape, stretching),
): Promise<LoadedImage> {
  const bytes = await readFile(file).catch((error) => {
    throw readError(file, error);
  });
  const metadata = await readMetadata(file, bytes);
  const samples = await decode(file, bytes);
  return {
    pixels: await toShape(samples, shape, fit),
    sha256: createHash('sha256').update(bytes).digest('hex'),
    notes: [...notesOn(metadata, samples, shape), ...sizeNotes(samples, shape, fit)],
  };
}

async function readMetadata(file: string, bytes: Buffer): Promise<Metadata> {
  if (bytes.length === 0) throw unreadable(file, 'the file is empty');
  const metadata = await sharp(bytes)
    .metadata()
    .catch((error: Error) => {
      const unknown = error.message.includes('unsupported image format');
      throw unknown ? notAnImage(file) : broken(file, error);
    });
  if (!imageFormats.has(metadata.format)) throw notAnImage(file);
  // Floating point has no agreed white, so there is no right way to make 8 bits of it.
  if (metadata.depth !== 'uchar' && metadata.depth !== 'ushort') {
    throw new UserError(`${file} has samples of type ${metadata.depth}. Convert it to an image of 8 or 16 bits.`);
  }
  return metadata;
}

/** Decodes the whole file before anything else is done: 16 bits become 8 here, so that later steps see one format. */
async function decode(file: string, bytes: Buffer): Promise<Samples> {
  const { data, info } = await sharp(bytes, { failOn: 'warning' })
    .autoOrient()
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((error: Error) => {
      throw broken(file, error);
    });
  const { width, height, channels } = info;
  if (channels !== 3 && channels !== 4) throw new UserError(`${file} has ${channels} channels. Convert it to RGB.`);
  return { data, width, height, channels };
}

/** Lays the samples over white, brings them to the size, and takes gray when the shape has one channel. */
async function toShape({ data, ...raw }: Samples, shape: ImageShape, fit: Fit): Promise<Pixels> {
  const opaque = await sharp(data, { raw }).flatten({ background: 'white' }).raw().toBuffer();
  const { width, height } = raw;
  const sized = resizeTo(shape, { data: opaque, width, height }, fit);
  if (shape.channels === 3) return Float32Array.from(sized.data, valueAt);
  const gray = await sharp(sized.data, { raw: { width: shape.width, height: shape.height, channels: 3 } })
    .toColourspace('b-w')
    .raw()
    .toBuffer();
  return Float32Array.from(gray, valueAt);
}

function notesOn(metadata: Metadata, samples: Samples, shape: ImageShape): string[] {
  const { space, depth, orientation = 1, pages = 1, hasProfile } = metadata;
  const isGray = space === 'b-w' || space === 'grey16';
  const isRgb = space === 'srgb' || space === 'rgb16';
  const target = shape.channels === 1 ? 'gray' : 'RGB';
  const notes: string[] = [];
  if (pages > 1) notes.push(`first of ${pages} frames`);
  if (orientation > 1) notes.push('rotated as EXIF says');
  if (isGray && shape.channels === 3) notes.push('gray image');
  if (isRgb && shape.channels === 1) notes.push('color converted to gray');
  if (!isGray && !isRgb) notes.push(`${space.toUpperCase()} converted to ${target}`);
  if (hasProfile && (isGray || isRgb)) notes.push('color profile converted to sRGB');
  if (depth === 'ushort') notes.push('16 bits a channel reduced to 8');
  if (isTransparent(samples)) notes.push('alpha laid over white');
  return notes;
}

function sizeNotes({ width, height }: Samples, shape: ImageShape, { resize, interpolation }: Fit): string[] {
  // The size that an image had is left out: the notes on a thousand images are to be few.
  const fits = width === shape.width && height === shape.height;
  if (resize === 'stretch') return fits ? [] : [`stretched to ${shape.width}×${shape.height} (${interpolation})`];
  const center = `center ${shape.width}×${shape.height} cut out`;
  if (Math.min(width, height) !== resize) {
    return [`resized to a shorter side of ${resize} (${interpolation}), ${center}`];
  }
  return fits ? [] : [center];
}

/** True when some pixel is not opaque: many files carry an alpha channel that changes nothing. */
function isTransparent({ data, channels }: Samples): boolean {
  if (channels === 3) return false;
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 255) return true;
  return false;
}

function notAnImage(file: string): UserError {
  return unreadable(file, 'it is not a PNG, JPEG, WebP, GIF, TIFF or AVIF image');
}

function broken(file: string, error: Error): UserError {
  // The first line is the decoder's complaint; the rest is its trace.
  const complaint = error.message.split('\n', 1)[0] ?? '';
  if (complaint.includes('pixel limit')) {
    return new UserError(`The image ${file} is too large to decode. Scale it down, or remove it.`, { cause: error });
  }
  return unreadable(file, `it is corrupt or truncated (${complaint})`, error);
}

function unreadable(file: string, reason: string, cause?: Error): UserError {
  const remedy = 'Replace it with an intact image, or remove it.';
  return new UserError(`Cannot read the image ${file}: ${reason}. ${remedy}`, { cause });
}

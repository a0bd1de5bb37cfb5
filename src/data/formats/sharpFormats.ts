import sharp, { type Metadata } from 'sharp';
import { cmykToRgb } from './cmyk.ts';
import { type Decoded, reducedDepth } from './decoded.ts';
import { missingShare } from './jpegTail.ts';
import { checkImageSize, tooLarge, Undecodable } from './undecodable.ts';

/** sharp's names for them; AVIF is a kind of HEIF. */
const formats: ReadonlySet<string> = new Set(['png', 'jpeg', 'webp', 'gif', 'tiff', 'heif']);

/** The largest share of a JPEG's pixels that may be missing from its end. */
const tolerableShare = 0.1;

type Samples = Pick<Decoded, 'data' | 'width' | 'height' | 'channels'>;

/**
 * Decodes what sharp reads: PNG, JPEG, WebP, GIF (the first frame), TIFF and AVIF. A file that readers open with a
 * warning is accepted with a note; so is a JPEG that lacks no more than a tenth of its pixels.
 * @throws Undecodable when it is none of these, damaged, or truncated.
 */
export async function decodeWithSharp(bytes: Buffer): Promise<Decoded> {
  const metadata = await readMetadata(bytes);
  const { samples, warning } = await decode(bytes, metadata);
  const { space } = metadata;
  const isGray = space === 'b-w' || space === 'grey16';
  const isRgb = space === 'srgb' || space === 'rgb16';
  return {
    ...samples,
    colors: isGray ? 'gray' : isRgb ? 'rgb' : space.toUpperCase(),
    notes: [
      ...notesOn(metadata),
      ...(metadata.hasProfile && (isGray || isRgb) ? ['color profile ignored'] : []),
      ...(metadata.depth === 'ushort' ? [reducedDepth] : []),
      ...(warning === undefined ? [] : [`read despite a fault (${warning})`]),
    ],
  };
}

function notesOn({ pages = 1, orientation = 1 }: Metadata): string[] {
  return [
    ...(pages > 1 ? [`first of ${pages} frames`] : []),
    ...(orientation > 1 ? ['rotated according to EXIF'] : []),
  ];
}

async function readMetadata(bytes: Buffer): Promise<Metadata> {
  const metadata = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((error: Error) => {
      throw error.message.includes('unsupported image format') ? notAnImage() : broken(error);
    });
  if (!formats.has(metadata.format)) throw notAnImage();
  // Before anything is unpacked: a small file may hold a large image.
  checkImageSize(metadata.width, metadata.height);
  // Floating point has no standard white level, so there is no correct conversion to 8 bits.
  if (metadata.depth !== 'uchar' && metadata.depth !== 'ushort') {
    throw new Undecodable(`it has samples of type ${metadata.depth}`, 'Convert it to an image of 8 or 16 bits.');
  }
  return metadata;
}

/** The samples, and any fault in the file that readers tolerate. */
async function decode(bytes: Buffer, metadata: Metadata): Promise<{ samples: Samples; warning?: string }> {
  const { space } = metadata;
  const attempt = (failOn: 'warning' | 'error' | 'none', from = bytes) =>
    space === 'cmyk' ? decodeCmyk(from, failOn) : decodeColors(from, failOn);
  try {
    return { samples: await attempt('warning') };
  } catch (strict) {
    const warning = complaintOf(strict as Error);
    if (!warning.includes('premature end')) {
      const samples = await attempt('error').catch((error: Error) => {
        throw broken(error);
      });
      return { samples, warning };
    }
    // The JPEG is truncated. It may have all of its pixels and lack only its end marker.
    const ended = Buffer.concat([bytes, Buffer.from([0xff, 0xd9])]);
    const complete = await attempt('warning', ended).catch(() => undefined);
    if (complete) return { samples: complete, warning };
    const samples = await attempt('none').catch((error: Error) => {
      throw broken(error);
    });
    // In other formats nothing tells how much is missing.
    const isMeasurable = metadata.isProgressive !== true && space !== 'cmyk';
    const missing = isMeasurable ? missingShare(samples) : 1;
    if (missing > tolerableShare) throw broken(strict as Error);
    return { samples, warning };
  }
}

/** Decodes the whole file first: 16 bits become 8 here, so that later steps see one format. A color profile is ignored. */
async function decodeColors(bytes: Buffer, failOn: 'warning' | 'error' | 'none'): Promise<Samples> {
  const { data, info } = await sharp(bytes, { failOn, limitInputPixels: false, ignoreIcc: true })
    .autoOrient()
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  if (channels !== 3 && channels !== 4) throw new Undecodable(`it has ${channels} channels`, 'Convert it to RGB.');
  return { data, width, height, channels };
}

/** CMYK is turned into RGB by Pillow's formula, whatever its profile. */
async function decodeCmyk(bytes: Buffer, failOn: 'warning' | 'error' | 'none'): Promise<Samples> {
  const { data, info } = await sharp(bytes, { failOn, limitInputPixels: false, ignoreIcc: true })
    .autoOrient()
    .pipelineColourspace('cmyk')
    .toColourspace('cmyk')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return { data: cmykToRgb(data, channels), width, height, channels: 3 };
}

function notAnImage(): Undecodable {
  return new Undecodable('it is not a PNG, JPEG, WebP, GIF, TIFF, AVIF, BMP or PNM image');
}

function broken(error: Error): Undecodable {
  if (error instanceof Undecodable) return error;
  const complaint = complaintOf(error);
  if (complaint.includes('pixel limit')) return tooLarge({ cause: error });
  return new Undecodable(`it is corrupt or truncated (${complaint})`, undefined, { cause: error });
}

/** The first line is the decoder's complaint; the rest is its trace. */
function complaintOf({ message }: Error): string {
  return message.split('\n', 1)[0] ?? '';
}

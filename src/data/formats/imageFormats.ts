import path from 'node:path';

const list = (words: string): readonly string[] => words.split(' ').map((word) => `.${word}`);

/** Extensions of the supported image formats, in lower case. */
export const imageExtensions = list('png jpg jpeg webp gif tif tiff avif bmp ppm pgm pbm pnm jpe jfif apng dib');

/** Those of unsupported image formats. */
const foreignExtensions = [
  ...list('heic heif hif jp2 j2k jpx jxl jxr wdp svg svgz psd xcf tga pcx ico cur exr hdr pfm pam dds sgi ras xbm xpm'),
  ...list('fits dcm qoi dng cr2 cr3 nef arw orf rw2 raf pef srw raw'),
];

/** Those of files usually found next to images. */
const sideExtensions = [
  ...list('txt json jsonl csv tsv xml yaml yml toml md rst html htm log ini db lnk url pdf doc docx xls xlsx'),
  ...list('py ipynb m sh bat js md5 sha256 bib tex'),
];

const sideNames: readonly string[] = ['readme', 'license', 'copying', 'changelog', 'icon\r'];

/** Folders that systems and archivers leave behind; some hold thumbnails. */
const sideFolders: readonly string[] = [
  '__macosx',
  '@eadir',
  '$recycle.bin',
  'system volume information',
  'lost+found',
];

/**
 * What a file is to a dataset: an image, an image in an unsupported format, a file next to the images, or none of
 * these.
 */
export type FileKind = 'image' | 'foreign' | 'side' | 'other';

/** How many bytes of a file are enough to tell its format. */
export const headLength = 64;

/**
 * What a file is, by its name, or by its first bytes if the name does not tell.
 * @param readHead reads the first `headLength` bytes, or fewer in a shorter file; called only if needed.
 */
export async function kindOf(name: string, readHead: () => Promise<Buffer>): Promise<FileKind> {
  const extension = path.extname(name).toLowerCase();
  if (name.startsWith('.')) return 'side';
  if (imageExtensions.includes(extension)) return 'image';
  if (sideExtensions.includes(extension) || sideNames.includes(name.toLowerCase())) {
    return 'side';
  }
  const isForeign = foreignExtensions.includes(extension);
  // Phones use either name for HEIC and AVIF. Raw photographs begin like TIFF, some with a thumbnail.
  if (isForeign && !extension.startsWith('.hei')) return 'foreign';
  const format = formatOf(await readHead());
  if (format !== undefined && format !== 'foreign') return 'image';
  return isForeign || format === 'foreign' ? 'foreign' : 'other';
}

/** True for a folder that is never part of a dataset. */
export function isSideFolder(name: string): boolean {
  return name.startsWith('.') || sideFolders.includes(name.toLowerCase());
}

/** Who decodes a file: our own readers of BMP and PNM, sharp, or nobody. */
export type ImageFormat = 'bmp' | 'pnm' | 'sharp' | 'foreign';

const sharpSignatures = ['\x89PNG\r\n', '\xff\xd8\xff', 'GIF87a', 'GIF89a', 'II*\0', 'MM\0*', 'II+\0', 'MM\0+'];
const foreignSignatures = ['8BPS', '\0\0\0\fjP  ', '\0\0\0\fJXL ', '\xff\x0a', '\xffO\xffQ', 'qoif', 'gimp xcf'];
const bmpHeaderSizes = [12, 40, 52, 56, 64, 108, 124];

/** The format of an image by its first bytes; `undefined` if they are not an image. */
export function formatOf(bytes: Buffer): ImageFormat | undefined {
  const text = bytes.toString('latin1', 0, headLength);
  const startsWithOneOf = (signatures: readonly string[]) => signatures.some((signature) => text.startsWith(signature));
  if (text.startsWith('BM') && bytes.length >= 18 && bmpHeaderSizes.includes(bytes.readUInt32LE(14))) return 'bmp';
  if (/^P[1-6][\s#]/.test(text)) return 'pnm';
  if (startsWithOneOf(sharpSignatures) || (text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP')) return 'sharp';
  if (text.slice(4, 8) === 'ftyp') {
    const brands = text.slice(8);
    if (/avi[fs]/.test(brands)) return 'sharp';
    return /hei[cxms]|hev[cx]|mif1|msf1/.test(brands) ? 'foreign' : undefined;
  }
  return startsWithOneOf(foreignSignatures) ? 'foreign' : undefined;
}

/** True when a name has an image extension, supported or not. */
export function hasImageExtension(name: string): boolean {
  return [...imageExtensions, ...foreignExtensions].includes(path.extname(name).toLowerCase());
}

import { inGigabytes, moreMemory, mostOfFile } from '../memory.ts';

/** Why the bytes of a file are not an image, phrased to follow "Cannot read the image …:", and what to do about it. */
export class Undecodable extends Error {
  readonly remedy: string;

  constructor(reason: string, remedy = 'Replace it with an intact image, or remove it.', options?: ErrorOptions) {
    super(reason, options);
    this.remedy = remedy;
  }
}

/** Bytes of a decoded pixel, at most: color and opacity. */
const pixelBytes = 4;

/** @throws Undecodable if a header states an impossible size, or one that takes more memory than one file may. */
export function checkImageSize(width: number, height: number): void {
  if (!(width > 0 && height > 0)) throw new Undecodable(`its header states ${width} × ${height} pixels`);
  const bytes = width * height * pixelBytes;
  if (bytes > mostOfFile()) {
    throw new Undecodable(
      `it has ${width} × ${height} pixels, which take ${inGigabytes(bytes)}, more than the ${inGigabytes(mostOfFile())} that one file may take`,
      `Scale it down, or remove it. ${moreMemory}`,
    );
  }
}

/** For an image that would need too much memory. */
export function tooLarge(options?: ErrorOptions): Undecodable {
  return new Undecodable('it is too large to decode', 'Scale it down, or remove it.', options);
}

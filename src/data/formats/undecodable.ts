/** Why the bytes of a file are not an image, phrased to follow "Cannot read the image …:", and what to do about it. */
export class Undecodable extends Error {
  readonly remedy: string;

  constructor(reason: string, remedy = 'Replace it with an intact image, or remove it.', options?: ErrorOptions) {
    super(reason, options);
    this.remedy = remedy;
  }
}

/** More than any camera has; half a gigabyte once they are decoded. */
const mostPixels = 150e6;

/** @throws Undecodable if a header states an impossible or too large a size. */
export function checkImageSize(width: number, height: number): void {
  if (!(width > 0 && height > 0)) throw new Undecodable(`its header states ${width} × ${height} pixels`);
  if (width * height > mostPixels) {
    throw new Undecodable(
      `it has ${width} × ${height} pixels, more than the limit of ${mostPixels / 1e6} million`,
      'Scale it down, or remove it.',
    );
  }
}

/** For an image that would need too much memory. */
export function tooLarge(options?: ErrorOptions): Undecodable {
  return new Undecodable('it is too large to decode', 'Scale it down, or remove it.', options);
}

/** Why the bytes of a file are no image, in words that follow "Cannot read the image …:", and what to do about it. */
export class Undecodable extends Error {
  readonly remedy: string;

  constructor(reason: string, remedy = 'Replace it with an intact image, or remove it.', options?: ErrorOptions) {
    super(reason, options);
    this.remedy = remedy;
  }
}

/** More than any camera has; half a gigabyte once they are decoded. */
const mostPixels = 150e6;

/** @throws Undecodable where a header states a size that no image has, or too large a one. */
export function checkImageSize(width: number, height: number): void {
  if (!(width > 0 && height > 0)) throw new Undecodable(`its header states ${width} × ${height} pixels`);
  if (width * height > mostPixels) {
    throw new Undecodable(
      `it has ${width} × ${height} pixels, and at most ${mostPixels / 1e6} million are decoded`,
      'Scale it down, or remove it.',
    );
  }
}

/** For an image that would take more memory than there may be. */
export function tooLarge(options?: ErrorOptions): Undecodable {
  return new Undecodable('it is too large to decode', 'Scale it down, or remove it.', options);
}

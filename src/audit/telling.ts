/**
 * True when a difference concerns enough of the images that were looked at: more than a tenth of them, and more than one
 * where there are several. Two attacks of the same strength differ on an image now and then. With a chance of p for each
 * of n images, one that differs comes up by chance in about np tests, two in about (np)²/2. A single image is thus as safe
 * a sign where there is no other as two are among several. Of an ordinary network's tests of one image each with PGD, a check
 * was wrong in one of a hundred.
 */
export function isTelling(count: number, of: number): boolean {
  return count > Math.max(of > 1 ? 1 : 0, of / 10);
}

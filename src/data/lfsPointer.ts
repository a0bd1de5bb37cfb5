/** Bytes that what Git LFS puts in the place of a file stays below. */
export const largestPointer = 1024;

/** True for what Git LFS puts in the place of a file until that is downloaded (specification of Git LFS, version 1). */
export function isLfsPointer(bytes: Buffer): boolean {
  return bytes.toString('latin1', 0, 64).startsWith('version https://git-lfs.github.com/spec/');
}

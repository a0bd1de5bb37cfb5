/**
 * The padding of an axis that TensorFlow and TensorFlow Lite call "SAME": ⌈size / stride⌉ windows, and the odd padding at the
 * end.
 * @param reach what a window covers, dilation included.
 */
export function samePadding(
  size: number,
  stride: number,
  reach: number,
): { readonly before: number; readonly after: number } {
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + reach - size);
  const before = Math.floor(total / 2);
  return { before, after: total - before };
}
